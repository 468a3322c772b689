/** An answer that takes longer has come from another machine, if perhaps through a tunnel that begins on this one. */
const NEAR_MS = 4;

/** Whether an address is one of this machine's own. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * A sign of life is asked for as long as this in all when hello was slow: a busy machine is slow as well, and so is code that runs
 * for the first time.
 */
const ASK_FOR_MS = 40;

/**
 * Whether both ends are on one machine, where compressing costs more than it saves: the address says so, and an answer came as
 * fast as only that can be, the one to hello or one of a few to `ask`, which gives milliseconds.
 */
export async function isNear(url: string, answeredAfterMs: number, ask: () => Promise<number>): Promise<boolean> {
  if (!isLoopback(url)) return false;
  let last = answeredAfterMs;
  for (let asked = 0; last >= NEAR_MS && asked < ASK_FOR_MS; asked += last) last = await ask();
  return last < NEAR_MS;
}
