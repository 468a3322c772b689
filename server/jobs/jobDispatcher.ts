import { SynclineError } from '../protocol/errors.ts';
import type { Job } from '../protocol/messages/jobs.ts';
import type { ClaimedJob, JobOutcome, JobQueue, JobRunner } from './jobQueue.ts';
import type { JobFeed } from './jobRecords.ts';

export interface DispatcherOptions {
  readonly queue: JobQueue;
  readonly feed: JobFeed;
  readonly runner: JobRunner;
  /** Jobs at the same time. */
  readonly parallel: number;
  readonly timeLimitMs: number;
  readonly onEnded?: (operation: string, outcome: JobOutcome, ms: number) => void;
  /** Told of failures of the queue itself; the jobs concerned end as `interrupted` when the server starts again. */
  readonly onTrouble: (error: unknown) => void;
}

const PROGRESS_EVERY_MS = 250;
const HEARTBEAT_MS = 2_000;
/** After trouble with the queue, such as a full disk. */
const RETRY_MS = 5_000;

/** Takes jobs from the line as long as there are free workers, runs them and records how they end. */
export class JobDispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions;
  /** What this dispatcher runs, by job id. */
  readonly #running = new Map<string, AbortController>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #subscription: Disposable;
  #filling = false;
  #again = false;
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#subscription = options.feed.onDidChange((_owner, job) => this.#heed(job));
  }

  /** Looks for work; harmless at any time. New jobs and cancels are noticed without it. */
  wake(): void {
    this.#again = true;
    if (!this.#filling && !this.#stopped) this.#track(this.#fill());
  }

  /** Starts nothing new, ends what runs as `interrupted`, and resolves when all of that is recorded. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#subscription[Symbol.dispose]();
    for (const abort of this.#running.values()) abort.abort(new SynclineError('ServerStopping'));
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  #heed(job: Job): void {
    if (job.state === 'queued') this.wake();
    if (job.state === 'cancelling') this.#running.get(job.id)?.abort();
  }

  async #fill(): Promise<void> {
    this.#filling = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        while (this.#running.size < this.#options.parallel && !this.#stopped) {
          const job = await this.#options.queue.claim();
          if (!job) break;
          this.#start(job);
        }
      }
    } catch (error) {
      this.#options.onTrouble(error);
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.wake();
      }, RETRY_MS).unref();
    } finally {
      this.#filling = false;
    }
  }

  #start(job: ClaimedJob): void {
    const abort = new AbortController();
    this.#running.set(job.id, abort);
    if (this.#stopped) abort.abort(new SynclineError('ServerStopping'));
    this.#track(this.#run(job, abort));
  }

  async #run(job: ClaimedJob, abort: AbortController): Promise<void> {
    const { queue, runner, timeLimitMs, onEnded, onTrouble } = this.#options;
    const begun = performance.now();
    const beats = new Beats(queue, job, () => abort.abort(), onTrouble);
    try {
      const outcome = await outcomeOf(
        runner.run(job, { timeLimitMs, onProgress: (fraction) => beats.report(fraction) }, abort.signal),
        abort.signal,
      );
      await beats.stop();
      await queue.finish(job.id, job.fence, outcome);
      onEnded?.(job.operation, outcome, performance.now() - begun);
    } catch (error) {
      onTrouble(error);
    } finally {
      this.#running.delete(job.id);
      this.wake();
    }
  }

  #track(task: Promise<void>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
  }
}

/**
 * Keeps in touch with the queue while a job runs: passes progress on, not more often than needed, and asks at once and then
 * regularly whether to stop. A cancel may have been recorded before this dispatcher knew that it had the job, or by somebody
 * whose events it does not hear.
 */
class Beats {
  readonly #beat: () => Promise<void>;
  readonly #heartbeat: NodeJS.Timeout;
  #fraction = 0;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<void>;

  constructor(queue: JobQueue, { id, fence }: ClaimedJob, stop: () => void, onTrouble: (error: unknown) => void) {
    this.#beat = async () => {
      try {
        if ((await queue.beat(id, fence, this.#fraction)) === 'stop') stop();
      } catch (error) {
        onTrouble(error);
      }
    };
    this.#last = this.#beat();
    this.#heartbeat = setInterval(() => {
      this.#last = this.#beat();
    }, HEARTBEAT_MS);
  }

  report(fraction: number): void {
    this.#fraction = fraction;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#last = this.#beat();
    }, PROGRESS_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    await this.#last;
  }
}

async function outcomeOf(run: Promise<string>, signal: AbortSignal): Promise<JobOutcome> {
  try {
    return { state: 'succeeded', result: await run };
  } catch (error) {
    if (signal.aborted) {
      const stopping = signal.reason instanceof SynclineError && signal.reason.code === 'ServerStopping';
      return { state: stopping ? 'interrupted' : 'cancelled' };
    }
    const { code, message, data } = SynclineError.from(error);
    return { state: 'failed', error: { code, message, ...(data.index === undefined ? {} : { index: data.index }) } };
  }
}
