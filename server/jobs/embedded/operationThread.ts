import { Worker } from 'node:worker_threads';
import { SynclineError } from '../../protocol/errors.ts';
import type { NumberWork, RunOptions, Work } from '../operationRunner.ts';
import { OPERATION_ROLE, type WorkerMessage } from './operationWorker.ts';

export interface ThreadOptions {
  /** The file that a worker thread runs; it serves operations when its `workerData.role` says so. */
  readonly entry: string;
  readonly memoryLimitMb: number;
}

interface Running {
  readonly onProgress: (fraction: number) => void;
  readonly resolve: (text: string) => void;
  readonly reject: (error: SynclineError) => void;
}

/**
 * One worker thread, with at most one operation under way. The only sure way to stop JavaScript is to end its thread, so after
 * a cancel, a limit or a crash the thread is no longer `alive` and its owner makes another.
 */
export class OperationThread {
  readonly #worker: Worker;
  #alive = true;
  #running: Running | null = null;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor({ entry, memoryLimitMb }: ThreadOptions) {
    this.#worker = new Worker(entry, {
      workerData: { role: OPERATION_ROLE },
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb, maxYoungGenerationSizeMb: 32 },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(failureOf(error)));
    this.#worker.on('exit', () =>
      this.#end(new SynclineError('JobFailed', 'The worker of this job ended unexpectedly.')),
    );
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Only when nothing is under way. */
  async run(work: Work | NumberWork, { timeLimitMs, onProgress }: RunOptions, signal: AbortSignal): Promise<string> {
    if (signal.aborted) throw new SynclineError('Cancelled');
    clearTimeout(this.#idleTimer);
    const stop = (error: SynclineError): void => void this.#endAndStop(error);
    const onAbort = (): void => stop(new SynclineError('Cancelled'));
    const timer = setTimeout(() => stop(tooLong(timeLimitMs)), timeLimitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    // A thread at work keeps the process alive, an idle one does not.
    this.#worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.#running = { onProgress: onProgress ?? (() => undefined), resolve, reject };
        this.#worker.postMessage(work);
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#worker.unref();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#endAndStop(new SynclineError('ServerStopping'));
  }

  /** Ends the thread unless it is used again before. */
  stopAfter(idleMs: number, onStopped: () => void): void {
    this.#idleTimer = setTimeout(() => {
      onStopped();
      void this.stop();
    }, idleMs).unref();
  }

  /** The caller hears of it when the thread is gone, so that whoever cancels knows the processor to be free. */
  async #endAndStop(error: SynclineError): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#alive = false;
    await this.#worker.terminate();
    running?.reject(error);
  }

  #end(error: SynclineError): void {
    this.#alive = false;
    this.#running?.reject(error);
    this.#running = null;
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'progress') return this.#running?.onProgress(message.fraction);
    const running = this.#running;
    this.#running = null;
    if (message.kind === 'result') return running?.resolve(message.text);
    running?.reject(new SynclineError(message.code, message.message, { data: message.data }));
  }
}

function failureOf(error: unknown): SynclineError {
  const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (outOfMemory) return new SynclineError('LimitExceeded', 'The work needed more memory than a job may use.');
  return new SynclineError('JobFailed', 'The worker of this job broke down.', { cause: error });
}

function tooLong(timeLimitMs: number): SynclineError {
  return new SynclineError('LimitExceeded', `The work took longer than the ${timeLimitMs / 1000} s that it may take.`);
}
