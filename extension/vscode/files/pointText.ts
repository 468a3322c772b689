import * as l10n from '@vscode/l10n';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { PointInTime } from '../../connect/undo/pointsInTime.ts';
import type { RestorePlan } from '../../connect/undo/planRestore.ts';
import { countText } from './sizeText.ts';

/** So many paths say what a change was about. */
const MOST = 3;

/** A point in time as one line of a list. Times are shown as the server's clock had them. */
export function pointLine({ rev, until, replaced, deleted, by, paths }: PointInTime) {
  const counts = [
    ...(deleted > 0 ? [l10n.t('{0} deleted', countText(deleted, 'file'))] : []),
    ...(replaced > 0 ? [l10n.t('{0} replaced', countText(replaced, 'file'))] : []),
  ];
  const more = paths.length > MOST ? l10n.t(' and {0} more', paths.length - MOST) : '';
  return {
    label: l10n.t('Before {0}', new Date(until).toLocaleString()),
    description: l10n.t('{0} by {1}', counts.join(', '), by.map((name) => printable(name)).join(', ')),
    detail: l10n.t('{0}{1}; revision {2}', paths.slice(0, MOST).join(', '), more, rev),
  };
}

/** What carrying out a plan would mean, for a question. */
export function restoreDetail({ operations, deletions, lost }: RestorePlan): string {
  return [
    ...told(operations.length - deletions, [l10n.t('comes back as it was'), l10n.t('come back as they were')]),
    ...told(deletions, [l10n.t('that was not there then is deleted'), l10n.t('that were not there then are deleted')]),
    ...told(lost.length, [l10n.t('cannot be had back and stays as now'), l10n.t('cannot be had back and stay as now')]),
    l10n.t('What is there now stays in the history.'),
  ].join(' ');
}

const told = (count: number, [one, many]: readonly [string, string]): string[] =>
  count === 0 ? [] : [`${countText(count, 'entry', 'entries')} ${count === 1 ? one : many}.`];
