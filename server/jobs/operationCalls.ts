import type { ValueOperation } from './operation.ts';
import type { OperationRunner } from './operationRunner.ts';

/** Runs operations while a caller waits: small ones right here, others in a worker. */
export class OperationCalls {
  readonly #runner: OperationRunner;
  readonly #timeLimitMs: number;

  constructor(runner: OperationRunner, timeLimitMs: number) {
    this.#runner = runner;
    this.#timeLimitMs = timeLimitMs;
  }

  /** `operation` is one of the registry's. Rejects like {@link OperationRunner.run}. */
  async call<P, R>(operation: ValueOperation<P, R>, params: P, signal: AbortSignal): Promise<R> {
    if (operation.quick(params)) return operation.run(params, () => undefined);
    const work = { operation: operation.name, params: JSON.stringify(params) };
    const text = await this.#runner.run(work, { timeLimitMs: this.#timeLimitMs }, signal);
    return JSON.parse(text) as R;
  }
}
