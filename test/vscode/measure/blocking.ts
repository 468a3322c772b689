/** A turn of the event loop in which something ran for long, as the loop itself sees it. Milliseconds. */
export interface Blocking {
  /** The longest time on the processor between two turns: what a person would feel on a machine that does nothing else. */
  readonly cpuMs: number;
  /** The longest time between two turns by the clock, in which other programs had the processor, too. */
  readonly wallMs: number;
  /** How many turns took more than fifty milliseconds of the processor. */
  readonly over50: number;
}

const TURN_MS = 5;

/** Watches the event loop of this thread until it is told to stop. */
export class BlockingWatch {
  readonly #timer: NodeJS.Timeout;
  #last = now();
  #cpuMs = 0;
  #wallMs = 0;
  #over50 = 0;

  constructor() {
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  stop(): Blocking {
    clearInterval(this.#timer);
    this.#turn();
    return { cpuMs: Math.round(this.#cpuMs), wallMs: Math.round(this.#wallMs), over50: this.#over50 };
  }

  #turn(): void {
    const current = now();
    const cpu = current.cpu - this.#last.cpu;
    this.#cpuMs = Math.max(this.#cpuMs, cpu);
    this.#wallMs = Math.max(this.#wallMs, current.wall - this.#last.wall);
    if (cpu > 50) this.#over50++;
    this.#last = current;
  }
}

function now(): { readonly cpu: number; readonly wall: number } {
  const { user, system } = process.threadCpuUsage();
  return { cpu: (user + system) / 1000, wall: performance.now() };
}
