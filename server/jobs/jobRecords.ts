import type { Job, JobState } from '../protocol/messages/jobs.ts';
import type { Cursor } from '../protocol/messages/values.ts';

/**
 * What a token sees of its jobs: the public truth. `owner` is the token's id; nobody sees another owner's jobs, and an id of
 * somebody else is answered exactly like one that never was.
 *
 * Every promise that resolves stands for something durable. Calls may overlap; each is atomic. All reject with a
 * `SynclineError` and nothing else, and leave everything as it was when they do.
 */
export interface JobRecords {
  /**
   * The job that this owner has already submitted under the same `requestId`, else a new one in state `queued`.
   * @throws `TooMany` when the owner has too much waiting in line.
   */
  submit(job: NewJob): Promise<Job>;

  /** @throws `JobNotFound` */
  get(owner: string, id: string): Promise<Job>;

  /** The JSON text of a succeeded job's result; null for any other. @throws `JobNotFound` */
  result(owner: string, id: string): Promise<string | null>;

  /** The JSON text that a job was submitted with; null for an ended job whose text is longer than 64 KiB. @throws `JobNotFound` */
  params(owner: string, id: string): Promise<string | null>;

  /** Newest first. @throws `JobNotFound` when there is no job `after`. */
  list(owner: string, page: JobPage): Promise<{ jobs: Job[]; more: boolean }>;

  /** A queued job ends as `cancelled` at once, a running one turns `cancelling`. @throws `JobNotFound`, `JobEnded` */
  cancel(owner: string, id: string): Promise<Job>;

  /** @throws `JobNotFound`, `JobNotEnded` */
  remove(owner: string, id: string): Promise<void>;
}

/** What happens to jobs, in order: each event of an owner's jobs has the next number of that owner. */
export interface JobFeed {
  /** The owner's last number, and the jobs with an event after `since` in the order of their last one. */
  since(owner: string, since: number): Promise<{ seq: number; jobs: Job[] }>;

  /** Called after each durable event, in order, and not before those that `since` tells. */
  onDidChange(listener: (owner: string, job: Job) => void): Disposable;
}

export interface NewJob {
  readonly owner: string;
  readonly requestId: string;
  readonly operation: string;
  /** JSON. */
  readonly params: string;
  /** The job stays in line until this share has reached this cursor. */
  readonly requires: Requirement | null;
}

export interface Requirement {
  readonly share: string;
  readonly cursor: Cursor;
}

export interface JobPage {
  readonly state?: JobState;
  readonly after?: string;
  readonly limit: number;
}
