import type { Moment } from '../history.ts';
import type { ChangeLog } from './changeLog.ts';

/** The revision after which the share was as at a moment; 0 before the first change that the log knows. */
export function revisionAt(log: ChangeLog, moment: Moment, now: number): number {
  return 'rev' in moment ? moment.rev : (log.lastBy(timeOf(moment, now)) ?? 0);
}

/** Milliseconds since 1970, on this machine's clock. */
export const timeOf = (moment: Exclude<Moment, { rev: number }>, now: number): number =>
  'time' in moment ? moment.time : now - moment.agoMs;
