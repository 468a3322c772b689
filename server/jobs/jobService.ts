import { SynclineError } from '../protocol/errors.ts';
import { ENDED, type Job } from '../protocol/messages/jobs.ts';
import type { Cursor } from '../protocol/messages/values.ts';
import type { JobDispatcher } from './jobDispatcher.ts';
import type { JobQueue } from './jobQueue.ts';
import type { JobFeed, JobPage, JobRecords, Requirement } from './jobRecords.ts';
import type { OperationRegistry } from './operationRegistry.ts';

export interface JobServiceOptions {
  readonly registry: OperationRegistry;
  readonly records: JobRecords & JobFeed;
  readonly queue: JobQueue;
  readonly dispatcher: JobDispatcher;
  /** Where a share stands; null when it is not served. */
  readonly cursorOf: (share: string) => Cursor | null;
  /** Throws when the owner may not submit this; the shape of `params` has been checked. */
  readonly authorize?: (owner: string, operation: string, params: unknown) => void;
}

export interface Submission {
  readonly operation: string;
  readonly params: unknown;
  readonly requestId: string;
  readonly requires: Requirement | null;
}

/** What handlers do with jobs, always in the name of one owner. */
export class JobService {
  readonly #options: JobServiceOptions;

  constructor(options: JobServiceOptions) {
    this.#options = options;
  }

  get registry(): OperationRegistry {
    return this.#options.registry;
  }

  /** @throws `UnknownOperation`, `InvalidParams`, `UnknownShare`, `Forbidden`, `TooMany` */
  async submit(owner: string, { operation, params, requestId, requires }: Submission): Promise<Job> {
    const { registry, records, cursorOf, authorize } = this.#options;
    registry.check(operation, params);
    authorize?.(owner, operation, params);
    if (requires && !cursorOf(requires.share)) throw new SynclineError('UnknownShare');
    const job = await records.submit({ owner, requestId, operation, params: JSON.stringify(params), requires });
    if (requires) await this.shareMoved(requires.share);
    return job;
  }

  get(owner: string, id: string): Promise<Job> {
    return this.#options.records.get(owner, id);
  }

  /** The job once it has ended or `waitMs` are over, with its result if it succeeded. */
  async result(owner: string, id: string, waitMs: number, signal: AbortSignal): Promise<{ job: Job; result: unknown }> {
    const { records } = this.#options;
    const job = await this.#ended(owner, id, waitMs, signal);
    const text = job.state === 'succeeded' ? await records.result(owner, id) : null;
    return { job, result: text === null ? null : (JSON.parse(text) as unknown) };
  }

  /** Null when they were not kept. */
  async params(owner: string, id: string): Promise<unknown> {
    const text = await this.#options.records.params(owner, id);
    return text === null ? null : JSON.parse(text);
  }

  cancel(owner: string, id: string): Promise<Job> {
    return this.#options.records.cancel(owner, id);
  }

  list(owner: string, page: JobPage): Promise<{ jobs: Job[]; more: boolean }> {
    return this.#options.records.list(owner, page);
  }

  remove(owner: string, id: string): Promise<void> {
    return this.#options.records.remove(owner, id);
  }

  /** The owner's jobs with an event after `since` (left out: none), and the number of the last event so far. */
  async since(owner: string, since: number | undefined): Promise<{ seq: number; jobs: Job[] }> {
    return await this.#options.records.since(owner, since ?? Number.MAX_SAFE_INTEGER);
  }

  onDidChange(listener: (owner: string, job: Job) => void): Disposable {
    return this.#options.records.onDidChange(listener);
  }

  /** To be called when a share has moved on: jobs may have waited for it. */
  async shareMoved(share: string): Promise<void> {
    const { queue, dispatcher, cursorOf } = this.#options;
    if (await queue.release(share, cursorOf(share))) dispatcher.wake();
  }

  /** To be called when all shares are there: whoever waits for one of them, or for one that is gone, is looked at. */
  async start(): Promise<void> {
    for (const share of await this.#options.queue.awaitedShares()) await this.shareMoved(share);
    this.#options.dispatcher.wake();
  }

  #ended(owner: string, id: string, waitMs: number, signal: AbortSignal): Promise<Job> {
    const { records } = this.#options;
    if (waitMs === 0) return records.get(owner, id);
    const { promise, resolve, reject } = Promise.withResolvers<Job>();
    const heed = (job: Job): void => {
      if (job.id === id && ENDED.includes(job.state)) resolve(job);
    };
    // Listening starts before looking, so that an end between the two is not missed.
    const subscription = records.onDidChange((jobOwner, job) => jobOwner === owner && heed(job));
    const timer = setTimeout(() => void records.get(owner, id).then(resolve, reject), waitMs);
    const onAbort = (): void =>
      reject(signal.reason instanceof SynclineError ? signal.reason : new SynclineError('Cancelled'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    records.get(owner, id).then(heed, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      subscription[Symbol.dispose]();
    });
  }
}
