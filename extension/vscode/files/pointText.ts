import { printable } from '../../../server/protocol/wirePath.ts';
import type { PointInTime } from '../../connect/undo/pointsInTime.ts';
import type { RestorePlan } from '../../connect/undo/planRestore.ts';
import { countText } from './sizeText.ts';

/** So many paths say what a change was about. */
const MOST = 3;

/** A point in time as one line of a list. Times are shown as the server's clock had them. */
export function pointLine({ rev, until, replaced, deleted, by, paths }: PointInTime) {
  const counts = [
    ...(deleted > 0 ? [`${countText(deleted, 'file')} deleted`] : []),
    ...(replaced > 0 ? [`${countText(replaced, 'file')} replaced`] : []),
  ];
  const more = paths.length > MOST ? ` and ${paths.length - MOST} more` : '';
  return {
    label: `Before ${new Date(until).toLocaleString()}`,
    description: `${counts.join(', ')} by ${by.map((name) => printable(name)).join(', ')}`,
    detail: `${paths.slice(0, MOST).join(', ')}${more}; revision ${rev}`,
  };
}

/** What carrying out a plan would mean, for a question. */
export function restoreDetail({ operations, deletions, lost }: RestorePlan): string {
  return [
    ...told(operations.length - deletions, ['comes back as it was', 'come back as they were']),
    ...told(deletions, ['that was not there then is deleted', 'that were not there then are deleted']),
    ...told(lost.length, ['cannot be had back and stays as now', 'cannot be had back and stay as now']),
    'What is there now stays in the history.',
  ].join(' ');
}

const told = (count: number, [one, many]: readonly [string, string]): string[] =>
  count === 0 ? [] : [`${countText(count, 'entry', 'entries')} ${count === 1 ? one : many}.`];
