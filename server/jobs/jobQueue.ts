import type { ErrorName } from '../protocol/errors.ts';
import type { JobState } from '../protocol/messages/jobs.ts';
import type { Cursor } from '../protocol/messages/values.ts';
import type { RunOptions } from './operationRunner.ts';

/**
 * The line of jobs, as those who work it off see it. Several workers may share a line. Whoever claims a job gets a `fence`:
 * a number that grows with each claim of that job, so a worker that was thought dead and comes back changes nothing.
 */
export interface JobQueue {
  /** The next job to run, now `running`; null when none is ready. Owners with fewer running jobs come first. */
  claim(): Promise<ClaimedJob | null>;

  /** Records progress (0 to 1; it never falls) and tells what is to become of the job. */
  beat(id: string, fence: number, progress: number): Promise<'go on' | 'stop'>;

  /** Ends the job. False when it is no longer this claim's to end; then nothing is changed. */
  finish(id: string, fence: number, outcome: JobOutcome): Promise<boolean>;

  /**
   * Tells where a share stands, or with null that it is not served: jobs that waited for this become ready, those that wait
   * for what cannot come fail with `RevisionNotReached`. Resolves to whether any became ready.
   */
  release(share: string, cursor: Cursor | null): Promise<boolean>;

  /** The shares that queued jobs wait for. */
  awaitedShares(): Promise<string[]>;

  /** Forgets what has been kept long enough. */
  expire(): Promise<void>;

  counts(): Promise<Readonly<Record<JobState, number>>>;
}

export interface ClaimedJob {
  readonly id: string;
  readonly owner: string;
  readonly fence: number;
  readonly operation: string;
  /** JSON. */
  readonly params: string;
}

/** Does the work of a job and gives its result as JSON. An {@link OperationRunner} is one for jobs on values. */
export interface JobRunner {
  run(job: ClaimedJob, options: RunOptions, signal: AbortSignal): Promise<string>;
}

export type JobOutcome =
  | { readonly state: 'succeeded' /** JSON. */; readonly result: string }
  | { readonly state: 'failed'; readonly error: JobError }
  | { readonly state: 'cancelled' | 'interrupted' };

export interface JobError {
  readonly code: ErrorName;
  /** For a person. */
  readonly message: string;
  readonly index?: number;
}
