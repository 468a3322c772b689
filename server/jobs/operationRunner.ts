import type { ReportFraction, WorkFiles } from './operation.ts';

/**
 * Runs operations away from the event loop. A call rejects with a `SynclineError`: what the operation itself throws,
 * `LimitExceeded` for too much time, memory or output, `Cancelled` after the signal, `JobFailed` when the worker broke down,
 * `TooMany` when too much is waiting already. After it has settled, nothing of the work runs on.
 */
export interface OperationRunner {
  /** How many run at the same time. */
  readonly size: number;

  /** The result as JSON; of numbers that were sorted in place, null. */
  run(work: Work | NumberWork, options: RunOptions, signal: AbortSignal): Promise<string>;

  /** Stops everything; what is under way rejects with `ServerStopping`. */
  close(): Promise<void>;
}

export interface Work {
  readonly operation: string;
  /** JSON. */
  readonly params: string;
  /** Of an operation on a file. */
  readonly files?: WorkFiles;
}

/** Numbers that are to be sorted where they are: 8 bytes each, little-endian. */
export interface NumberWork {
  readonly numbers: SharedArrayBuffer;
  readonly descending: boolean;
}

export interface RunOptions {
  /** Counts from when the work starts, not while it waits for a free worker. */
  readonly timeLimitMs: number;
  readonly onProgress?: ReportFraction;
}
