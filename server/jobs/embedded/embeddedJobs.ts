import { join } from 'node:path';
import type { JobQueue } from '../jobQueue.ts';
import type { JobFeed, JobRecords } from '../jobRecords.ts';
import { EmbeddedJobQueue } from './embeddedJobQueue.ts';
import { EmbeddedJobRecords, type QueueLimits } from './embeddedJobRecords.ts';
import { JobsDatabase } from './jobsDatabase.ts';
import { JobTable } from './jobTable.ts';

export interface EmbeddedJobsOptions {
  /** Where `jobs.db` is, or is made. */
  readonly stateDirectory: string;
  readonly now?: () => number;
  readonly retentionMs?: number;
  readonly queueLimits?: QueueLimits;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const QUEUE_LIMITS: QueueLimits = { jobs: 1_000, bytes: 256 * 1024 * 1024 };

/** Jobs in a file of the state folder, for one server process. */
export class EmbeddedJobs implements AsyncDisposable {
  readonly records: JobRecords & JobFeed;
  readonly queue: JobQueue;
  readonly #database: JobsDatabase;

  private constructor(database: JobsDatabase, records: JobRecords & JobFeed, queue: JobQueue) {
    this.#database = database;
    this.records = records;
    this.queue = queue;
  }

  /** What was running when the last process ended is `interrupted`; what was queued goes on waiting. */
  static async open(options: EmbeddedJobsOptions): Promise<EmbeddedJobs> {
    const database = new JobsDatabase(join(options.stateDirectory, 'jobs.db'));
    const table = new JobTable(database, {
      now: options.now ?? Date.now,
      retentionMs: options.retentionMs ?? WEEK_MS,
    });
    const queue = new EmbeddedJobQueue(table);
    await queue.recover();
    await queue.expire();
    return new EmbeddedJobs(database, new EmbeddedJobRecords(table, options.queueLimits ?? QUEUE_LIMITS), queue);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
    await Promise.resolve();
  }
}
