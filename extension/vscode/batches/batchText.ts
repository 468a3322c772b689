import * as l10n from '@vscode/l10n';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { ChangeBatch } from '../../sync/batches/changeBatches.ts';
import { pathsOf } from '../../sync/plan.ts';
import { countText, sizeText } from '../files/sizeText.ts';

/** So many paths say what a batch was about. */
const MOST = 3;

/** A batch as one line of a list. */
export function batchLine({ from, to, steps, isComplete }: ChangeBatch, folder: string) {
  const paths = [...new Set(steps.filter(({ kind }) => kind !== 'makeDirectory').flatMap(pathsOf))];
  const more = paths.length > MOST ? l10n.t(' and {0} more', (paths.length - MOST).toLocaleString('en')) : '';
  const [begun, ended] = [from, to].map((at) => new Date(at).toLocaleString());
  return {
    label: begun === ended ? `${begun}` : l10n.t('{0} to {1}', `${begun}`, new Date(to).toLocaleTimeString()),
    description: l10n.t(
      '{0}{1} in “{2}”',
      isComplete ? '' : l10n.t('more than '),
      countText(paths.length, 'change'),
      folder,
    ),
    detail: `${paths
      .slice(0, MOST)
      .map((path) => printable(path))
      .join(', ')}${more}`,
  };
}

/** What one step of undoing does, as one line of a list. */
export function undoLine(step: Operation): { readonly label: string; readonly description: string } {
  switch (step.kind) {
    case 'put': {
      const size = step.entry.kind === 'file' ? ` (${sizeText(step.entry.size)})` : '';
      return { label: printable(step.path), description: l10n.t('comes back as it was{0}', size) };
    }
    case 'makeDirectory':
      return { label: `${printable(step.path)}/`, description: l10n.t('the folder comes back') };
    case 'delete':
      return {
        label: `${printable(step.path)}${step.expect.kind === 'directory' ? '/' : ''}`,
        description: l10n.t('was not there before; it is deleted'),
      };
    case 'rename':
      return { label: printable(step.from), description: l10n.t('gets its old name back: {0}', printable(step.to)) };
  }
}

/** What was done, in one sentence. */
export function undoneText(done: readonly Operation[], folder: string): string {
  const deleted = done.filter(({ kind }) => kind === 'delete').length;
  const back = done.length - deleted;
  const parts = [
    ...(back > 0 ? [l10n.t('{0} came back', countText(back, 'entry', 'entries'))] : []),
    ...(deleted > 0 ? [l10n.t('{0} went', countText(deleted, 'entry', 'entries'))] : []),
  ];
  const what = parts.length === 0 ? l10n.t('Nothing was changed') : parts.join(', ');
  return l10n.t('{0} in “{1}”. What was there is kept as a safety copy.', what, folder);
}
