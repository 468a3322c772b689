/** An answer that takes longer has come from another machine, if perhaps through a tunnel that begins on this one. */
const NEAR_MS = 4;

/** Whether an address is one of this machine's own. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * Whether both ends are on one machine, where compressing costs more than it saves: the address says so, and the answer to
 * hello came as fast as only that can be.
 */
export const isNear = (url: string, answeredAfterMs: number): boolean => isLoopback(url) && answeredAfterMs < NEAR_MS;
