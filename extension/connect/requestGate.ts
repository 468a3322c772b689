import { SynclineError } from '../../server/protocol/errors.ts';

/** Lets a fixed number of calls be under way; the others wait in line, in order. */
export class RequestGate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#busy >= this.#limit) await this.#turn(signal);
    else this.#busy++;
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }

  /** Resolves when the place of a call that ended is handed over. */
  async #turn(signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      const at = this.#waiting.indexOf(resolve);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      reject(new SynclineError('Cancelled'));
    };
    if (signal?.aborted) throw new SynclineError('Cancelled');
    this.#waiting.push(resolve);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}
