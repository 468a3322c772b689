import { SynclineError } from '../protocol/errors.ts';
import type { ValueOperation } from './operation.ts';
import type { OperationRunner } from './operationRunner.ts';

/** Whose signal is asked for when the work does not end at once. */
export interface Caller {
  readonly signal: AbortSignal;
}

export type Sort = (descending: boolean, signal: AbortSignal) => Promise<void>;

/** Of numbers that wait to be sorted, are being sorted, or go back; sorting needs as much again. */
const MOST_NUMBER_BYTES = 256 * 1024 * 1024;

/** Runs operations while a caller waits: small ones right here, others in a worker. */
export class OperationCalls {
  readonly #runner: OperationRunner;
  readonly #timeLimitMs: number;
  #numberBytes = 0;

  constructor(runner: OperationRunner, timeLimitMs: number) {
    this.#runner = runner;
    this.#timeLimitMs = timeLimitMs;
  }

  /** `operation` is one of the registry's. Rejects like {@link OperationRunner.run}. */
  async call<P, R>(operation: ValueOperation<P, R>, params: P, caller: Caller): Promise<R> {
    if (operation.quick(params)) return operation.run(params, () => undefined);
    const work = { operation: operation.name, params: JSON.stringify(params) };
    const text = await this.#runner.run(work, { timeLimitMs: this.#timeLimitMs }, caller.signal);
    return JSON.parse(text) as R;
  }

  /**
   * Sorts numbers where they are, in a worker. They are given into shared memory; `work` puts them there and takes them away.
   * @throws SynclineError `TooMany` when too much is being sorted already, else like {@link OperationRunner.run}
   */
  async withNumbers<T>(count: number, work: (numbers: SharedArrayBuffer, sort: Sort) => Promise<T>): Promise<T> {
    const bytes = count * Float64Array.BYTES_PER_ELEMENT;
    if (this.#numberBytes + bytes > MOST_NUMBER_BYTES) throw new SynclineError('TooMany');
    this.#numberBytes += bytes;
    try {
      const numbers = new SharedArrayBuffer(bytes);
      return await work(numbers, async (descending, signal) => {
        await this.#runner.run({ numbers, descending }, { timeLimitMs: this.#timeLimitMs }, signal);
      });
    } finally {
      this.#numberBytes -= bytes;
    }
  }
}
