import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { PRODUCTION_COLOR } from '../production/productionColor.ts';
import { bare, PRODUCTION, statusIcon, statusWords } from '../status/statusText.ts';
import type { TargetHub } from './targetHub.ts';
import type { WorkspaceTarget } from './workspaceTarget.ts';

export const isTarget = (value: unknown): value is WorkspaceTarget =>
  typeof value === 'object' && value !== null && 'address' in value && 'folder' in value && 'status' in value;

/** Which folder syncs with what, and how that goes. */
export class TargetsTree implements vscode.TreeDataProvider<WorkspaceTarget> {
  readonly #targets: TargetHub;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #listening: { dispose(): void };

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(targets: TargetHub) {
    this.#targets = targets;
    this.#listening = targets.onDidChange(() => this.#changes.fire(undefined));
  }

  getChildren(target?: WorkspaceTarget): WorkspaceTarget[] {
    return target ? [] : [...this.#targets.all];
  }

  getTreeItem(target: WorkspaceTarget): vscode.TreeItem {
    const { folder, address, mode, status, isProduction } = target;
    const item = new vscode.TreeItem(folder.name);
    item.id = folder.path;
    const mark = isProduction ? `${PRODUCTION} · ` : '';
    // in a narrow side bar only the beginning is seen
    item.description = `${mark}${statusWords(status)} · ${bare(address.label)}`;
    item.tooltip = l10n.t('{0}\n{1}{2}\nMode: {3}\n{4}', folder.path, mark, address.label, mode, statusWords(status));
    item.iconPath = new vscode.ThemeIcon(statusIcon(status), isProduction ? PRODUCTION_COLOR : undefined);
    item.contextValue = isProduction ? 'target.production' : 'target';
    return item;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }
}
