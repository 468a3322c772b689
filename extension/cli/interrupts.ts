export type OnSignal = (signal: 'SIGINT' | 'SIGTERM', listener: () => void) => void;

export interface Interrupts {
  readonly signal: AbortSignal;
  readonly received: 'SIGINT' | 'SIGTERM' | null;
  /** From now on signals are somebody else's business. */
  release(): void;
}

/** The first Ctrl-C or SIGTERM asks the command to end; a second one ends the process there and then. */
export function interrupts(onSignal: OnSignal): Interrupts {
  const abort = new AbortController();
  let received: 'SIGINT' | 'SIGTERM' | null = null;
  let released = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    onSignal(signal, () => {
      if (released) return;
      if (received) process.exit(signal === 'SIGINT' ? 130 : 143);
      received = signal;
      abort.abort();
    });
  }
  return {
    signal: abort.signal,
    get received() {
      return received;
    },
    release: () => void (released = true),
  };
}
