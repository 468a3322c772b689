/** An answer that takes longer has come from another machine, if perhaps through a tunnel that begins on this one. */
const NEAR_MS = 4;

/** Whether an address is one of this machine's own. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** So often a sign of life is asked for when hello was slow: a busy machine is slow as well, and so is code that runs first. */
const ATTEMPTS = 3;

/**
 * Whether both ends are on one machine, where compressing costs more than it saves: the address says so, and an answer came as
 * fast as only that can be, the one to hello or one of a few to `ask`.
 */
export async function isNear(url: string, answeredAfterMs: number, ask: () => Promise<number>): Promise<boolean> {
  if (!isLoopback(url)) return false;
  let fastest = answeredAfterMs;
  for (let attempt = 0; attempt < ATTEMPTS && fastest >= NEAR_MS; attempt++) fastest = Math.min(fastest, await ask());
  return fastest < NEAR_MS;
}
