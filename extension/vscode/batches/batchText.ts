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
  const more = paths.length > MOST ? ` and ${(paths.length - MOST).toLocaleString('en')} more` : '';
  const [begun, ended] = [from, to].map((at) => new Date(at).toLocaleString());
  return {
    label: begun === ended ? `${begun}` : `${begun} to ${new Date(to).toLocaleTimeString()}`,
    description: `${isComplete ? '' : 'more than '}${countText(paths.length, 'change')} in “${folder}”`,
    detail: `${paths.slice(0, MOST).map(printable).join(', ')}${more}`,
  };
}

/** What one step of undoing does, as one line of a list. */
export function undoLine(step: Operation): { readonly label: string; readonly description: string } {
  switch (step.kind) {
    case 'put': {
      const size = step.entry.kind === 'file' ? ` (${sizeText(step.entry.size)})` : '';
      return { label: printable(step.path), description: `comes back as it was${size}` };
    }
    case 'makeDirectory':
      return { label: `${printable(step.path)}/`, description: 'the folder comes back' };
    case 'delete':
      return {
        label: `${printable(step.path)}${step.expect.kind === 'directory' ? '/' : ''}`,
        description: 'was not there before; it is deleted',
      };
    case 'rename':
      return { label: printable(step.from), description: `gets its old name back: ${printable(step.to)}` };
  }
}

/** What was done, in one sentence. */
export function undoneText(done: readonly Operation[], folder: string): string {
  const deleted = done.filter(({ kind }) => kind === 'delete').length;
  const back = done.length - deleted;
  const parts = [
    ...(back > 0 ? [`${countText(back, 'entry', 'entries')} came back`] : []),
    ...(deleted > 0 ? [`${countText(deleted, 'entry', 'entries')} went`] : []),
  ];
  const what = parts.length === 0 ? 'Nothing was changed' : parts.join(', ');
  return `${what} in “${folder}”. What was there is kept as a safety copy.`;
}
