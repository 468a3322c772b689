import type { StatementSync } from 'node:sqlite';
import { SynclineError } from '../../protocol/errors.ts';
import { ENDED, type Job, type JobState } from '../../protocol/messages/jobs.ts';
import type { JobError } from '../jobQueue.ts';
import type { JobsDatabase } from './jobsDatabase.ts';

/** A row of `jobs`, by its columns' names. */
export interface JobRow {
  readonly number: number;
  readonly id: string;
  readonly owner: string;
  readonly operation: string;
  readonly state: JobState;
  readonly progress: number;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly expires_at: number | null;
  readonly error: string | null;
  readonly seq: number;
  readonly fence: number;
}

/** What changes in a row; what is left out stays. */
export type JobPatch = Partial<
  Pick<JobRow, 'state' | 'progress' | 'started_at' | 'ended_at' | 'expires_at' | 'error' | 'fence'>
>;

export interface JobTableOptions {
  readonly now: () => number;
  /** How long an ended job is kept. */
  readonly retentionMs: number;
}

/** The longest params, in bytes, that stay with an ended job, so that it can be run again. */
const KEPT_PARAMS = 65_536;

type Listener = (owner: string, job: Job) => void;

/**
 * Reads rows, changes them, and tells of each change once it is durable. Changing methods are for use inside
 * {@link JobsDatabase.write} only.
 */
export class JobTable {
  readonly database: JobsDatabase;
  readonly options: JobTableOptions;
  readonly #listeners = new Set<Listener>();
  readonly #nextSeq: StatementSync;
  readonly #update: StatementSync;
  readonly #dropParams: StatementSync;
  #changed: JobRow[] = [];

  constructor(database: JobsDatabase, options: JobTableOptions) {
    this.database = database;
    this.options = options;
    this.#nextSeq = database.db.prepare(
      `INSERT INTO owners (owner, seq) VALUES (?, 1) ON CONFLICT (owner) DO UPDATE SET seq = seq + 1 RETURNING seq`,
    );
    this.#update = database.db.prepare(
      `UPDATE jobs SET state = ?, progress = ?, started_at = ?, ended_at = ?, expires_at = ?, error = ?, fence = ?, seq = ?
       WHERE number = ?`,
    );
    this.#dropParams = database.db.prepare(
      `UPDATE payloads SET params = NULL WHERE number = ? AND octet_length(params) > ${KEPT_PARAMS}`,
    );
  }

  /** Like {@link JobsDatabase.write}; the changes that `work` made are told to the listeners before this resolves. */
  async write<T>(work: () => T): Promise<T> {
    let changed: readonly JobRow[] = [];
    const value = await this.database.write(() => {
      this.#changed = [];
      const result = work();
      changed = this.#changed;
      return result;
    });
    for (const row of changed) for (const listener of this.#listeners) listener(row.owner, toJob(row));
    return value;
  }

  onDidChange(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The number of the owner's next event. */
  nextSeq(owner: string): number {
    return (this.#nextSeq.get(owner) as { seq: number }).seq;
  }

  /** Notes a row that has just been inserted. */
  inserted(row: JobRow): void {
    this.#changed.push(row);
  }

  /** Changes a row under the owner's next number. */
  change(row: JobRow, patch: JobPatch): JobRow {
    const next: JobRow = { ...row, ...patch, seq: this.nextSeq(row.owner) };
    const { state, progress, started_at, ended_at, expires_at, error, fence, seq, number } = next;
    this.#update.run(state, progress, started_at, ended_at, expires_at, error, fence, seq, number);
    this.#changed.push(next);
    return next;
  }

  /** Changes a row to one of the states that are final. */
  end(row: JobRow, state: JobState, error: JobError | null = null): JobRow {
    const now = this.options.now();
    this.#dropParams.run(row.number);
    return this.change(row, {
      state,
      progress: state === 'succeeded' ? 1 : row.progress,
      ended_at: now,
      expires_at: now + this.options.retentionMs,
      error: error && JSON.stringify(error),
    });
  }
}

export const hasEnded = (row: { readonly state: JobState }): boolean => ENDED.includes(row.state);

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    operation: row.operation,
    state: row.state,
    progress: row.progress,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    expiresAt: row.expires_at,
    error: row.error === null ? null : (JSON.parse(row.error) as JobError),
    seq: row.seq,
  };
}

export const jobNotFound = (): SynclineError => new SynclineError('JobNotFound');
