import * as l10n from '@vscode/l10n';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { nameOf, parentOf, printable } from '../../../server/protocol/wirePath.ts';
import { bytesOf, type AppliedOperation } from '../../sync/plan.ts';
import { countText, sizeText } from '../files/sizeText.ts';

/** How a step is shown in the plan: its file, what happens to it, and an icon that says so at a glance. */
export interface StepLine {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Id of a theme's colour. */
  readonly color: string;
}

export function stepLine({ operation }: AppliedOperation): StepLine {
  const { label, words, ...look } = shown(operation);
  const folder = parentOf(operation.kind === 'rename' ? operation.to : operation.path);
  return { label, description: [words, folder].filter(Boolean).join(' · '), ...look };
}

/** Beside the name of a group: `3 of 5 · 1.2 MB`. */
export function groupText(steps: readonly AppliedOperation[], chosen: readonly AppliedOperation[]): string {
  const bytes = bytesOf(chosen.map(({ operation }) => operation));
  const all = steps.length.toLocaleString('en');
  const count =
    chosen.length === steps.length
      ? countText(steps.length, 'step')
      : l10n.t('{0} of {1}', chosen.length.toLocaleString('en'), all);
  return bytes > 0 ? `${count} · ${sizeText(bytes)}` : count;
}

function shown(operation: Operation): { label: string; words: string; icon: string; color: string } {
  switch (operation.kind) {
    case 'put': {
      const { entry, expect, path } = operation;
      const size = entry.kind === 'file' ? sizeText(entry.size) : l10n.t('link to {0}', printable(entry.target));
      const label = nameOf(path);
      return expect
        ? { label, words: l10n.t('changed, {0}', size), icon: 'diff-modified', color: 'charts.yellow' }
        : { label, words: l10n.t('new, {0}', size), icon: 'diff-added', color: 'charts.green' };
    }
    case 'makeDirectory':
      return { label: nameOf(operation.path), words: l10n.t('new folder'), icon: 'new-folder', color: 'charts.green' };
    case 'delete': {
      const words = operation.expect.kind === 'directory' ? l10n.t('folder deleted') : l10n.t('deleted');
      return { label: nameOf(operation.path), words, icon: 'diff-removed', color: 'charts.red' };
    }
    case 'rename':
      return {
        label: nameOf(operation.to),
        words: l10n.t('renamed from {0}', operation.from),
        icon: 'diff-renamed',
        color: 'charts.blue',
      };
  }
}
