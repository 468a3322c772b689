import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { nameOf, parentOf } from '../../../server/protocol/wirePath.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import { commandId } from '../commands/commandIds.ts';
import { toLocal } from '../files/pairing.ts';
import { countText } from '../files/sizeText.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { conflictTooltip, conflictWords } from './conflictText.ts';

/** One conflict of one target. */
export interface ConflictRow {
  readonly kind: 'conflict';
  readonly target: WorkspaceTarget;
  readonly conflict: Conflict;
}

export const isConflictRow = (value: unknown): value is ConflictRow =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'conflict';

/** All conflicts of all targets, never cut short. */
export class ConflictsTree implements vscode.TreeDataProvider<ConflictRow> {
  readonly #targets: TargetHub;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #listening: { dispose(): void };

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(targets: TargetHub) {
    this.#targets = targets;
    this.#listening = targets.onDidChange(() => this.#changes.fire(undefined));
  }

  getChildren(row?: ConflictRow): ConflictRow[] {
    return row ? [] : conflictRows(this.#targets);
  }

  getTreeItem({ target, conflict }: ConflictRow): vscode.TreeItem {
    const item = new vscode.TreeItem(nameOf(conflict.path));
    const folder = parentOf(conflict.path);
    item.id = `${target.address.label}\n${conflict.path}`;
    item.description = [folder, conflictWords(conflict)].filter(Boolean).join(' · ');
    item.tooltip = conflictTooltip(conflict);
    item.resourceUri = vscode.Uri.file(toLocal({ root: target.folder.path }, conflict.path) ?? target.folder.path);
    item.contextValue = 'conflict';
    item.command = {
      title: l10n.t('Open Differences'),
      command: commandId('openConflict'),
      arguments: [{ kind: 'conflict', target, conflict }],
    };
    return item;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }
}

export const conflictRows = (targets: TargetHub): ConflictRow[] =>
  targets.all.flatMap((target) =>
    target.conflicts.map((conflict) => ({ kind: 'conflict' as const, target, conflict })),
  );

export function conflictBadge(count: number): vscode.ViewBadge | undefined {
  return count === 0 ? undefined : { value: count, tooltip: countText(count, 'conflict') };
}
