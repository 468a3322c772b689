/**
 * The monitor looks at everything this often, because watchers miss things: a little under ten seconds, so that what it
 * finds has arrived within ten. Milliseconds.
 */
export const MONITOR_EVERY_MS = 9_500;
/** Looking may take no more than this share of the time. */
export const MONITOR_SHARE = 0.03;
/** However much a look costs. Milliseconds. */
export const MONITOR_AT_LEAST_EVERY_MS = 15 * 60_000;

/**
 * How long the monitor rests after a look, by what the last two looks at everything took (the newest first, milliseconds): so
 * long that looking takes {@link MONITOR_SHARE} of the time at most. The cheaper of the two counts: one that had new files to
 * read says nothing about the next. Before there are two nothing is known.
 */
export function monitorInterval([last = 0, before = 0]: readonly number[]): number {
  const tookMs = Math.min(last, before);
  return Math.min(Math.max(MONITOR_EVERY_MS, tookMs / MONITOR_SHARE - tookMs), MONITOR_AT_LEAST_EVERY_MS);
}
