import { SynclineError } from '../../protocol/errors.ts';
import type { NumberWork, OperationRunner, RunOptions, Work } from '../operationRunner.ts';
import { OperationThread, type ThreadOptions } from './operationThread.ts';

export interface PoolOptions extends ThreadOptions {
  readonly size: number;
  /** A thread that had nothing to do for this long is let go. */
  readonly idleMs?: number;
}

interface Task {
  readonly work: Work | NumberWork;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  readonly resolve: (result: string) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_WAITING = 1_000;
const IDLE_MS = 60_000;

/** Runs operations in worker threads: one at a time in each, first come, first served. Threads start when needed. */
export class WorkerPool implements OperationRunner {
  readonly size: number;
  readonly #options: PoolOptions;
  readonly #idle: OperationThread[] = [];
  readonly #busy = new Set<OperationThread>();
  readonly #waiting: Task[] = [];
  readonly #closing = new AbortController();

  constructor(options: PoolOptions) {
    this.size = options.size;
    this.#options = options;
  }

  run(work: Work | NumberWork, options: RunOptions, signal: AbortSignal): Promise<string> {
    if (this.#closing.signal.aborted) return Promise.reject(stopping());
    if (signal.aborted) return Promise.reject(new SynclineError('Cancelled'));
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new SynclineError('TooMany'));
    return new Promise((resolve, reject) => {
      const task: Task = { work, options, signal, resolve, reject };
      this.#waiting.push(task);
      signal.addEventListener('abort', () => this.#forget(task), { once: true });
      this.#advance();
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const task of this.#waiting.splice(0)) task.reject(stopping());
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((thread) => thread.stop()));
  }

  #advance(): void {
    while (this.#waiting.length > 0 && this.#busy.size < this.size) {
      const task = this.#waiting.shift() as Task;
      const thread = this.#idle.pop() ?? new OperationThread(this.#options);
      this.#busy.add(thread);
      void this.#runOn(thread, task);
    }
  }

  async #runOn(thread: OperationThread, task: Task): Promise<void> {
    try {
      const signal = AbortSignal.any([task.signal, this.#closing.signal]);
      task.resolve(await thread.run(task.work, task.options, signal));
    } catch (error) {
      task.reject(this.#closing.signal.aborted ? stopping() : error);
    } finally {
      this.#busy.delete(thread);
      if (thread.alive && !this.#closing.signal.aborted) this.#rest(thread);
      this.#advance();
    }
  }

  #rest(thread: OperationThread): void {
    this.#idle.push(thread);
    thread.stopAfter(this.#options.idleMs ?? IDLE_MS, () => {
      const position = this.#idle.indexOf(thread);
      if (position >= 0) this.#idle.splice(position, 1);
    });
  }

  #forget(task: Task): void {
    const position = this.#waiting.indexOf(task);
    if (position < 0) return;
    this.#waiting.splice(position, 1);
    task.reject(new SynclineError('Cancelled'));
  }
}

const stopping = (): SynclineError => new SynclineError('ServerStopping');
