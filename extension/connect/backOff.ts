/** Longest wait between two attempts, milliseconds. */
export const LONGEST_WAIT_MS = 15_000;

const FIRST_WAIT_MS = 250;

/**
 * Milliseconds to wait before attempt `attempt` (1: the first after a failure): doubling, at most 15 s, and spread over the
 * upper half by `random` (0 to 1) so that the clients of a restarted server do not come back in step.
 */
export function nextAttempt(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(ceiling * (0.5 + random / 2));
}
