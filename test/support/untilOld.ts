/** Until the time stamps of files that were just made are old enough to be trusted. */
export async function untilOld(): Promise<void> {
  const begun = Date.now();
  while (Date.now() - begun < 80) await new Promise((resolve) => setImmediate(resolve));
}
