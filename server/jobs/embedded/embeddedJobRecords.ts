import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import { SynclineError } from '../../protocol/errors.ts';
import type { Job } from '../../protocol/messages/jobs.ts';
import type { JobFeed, JobPage, JobRecords, NewJob } from '../jobRecords.ts';
import { hasEnded, type JobRow, type JobTable, jobNotFound, toJob } from './jobTable.ts';

/** What one owner may have waiting in line. */
export interface QueueLimits {
  readonly jobs: number;
  /** Bytes of params. */
  readonly bytes: number;
}

export class EmbeddedJobRecords implements JobRecords, JobFeed {
  readonly #table: JobTable;
  readonly #limits: QueueLimits;
  readonly #byRequest: StatementSync;
  readonly #byId: StatementSync;
  readonly #waiting: StatementSync;
  readonly #insert: StatementSync;
  readonly #insertParams: StatementSync;
  readonly #result: StatementSync;
  readonly #params: StatementSync;
  readonly #page: StatementSync;
  readonly #events: StatementSync;
  readonly #seq: StatementSync;
  readonly #delete: StatementSync;

  constructor(table: JobTable, limits: QueueLimits) {
    this.#table = table;
    this.#limits = limits;
    const { db } = table.database;
    this.#byRequest = db.prepare('SELECT * FROM jobs WHERE owner = ? AND request_id = ?');
    this.#byId = db.prepare('SELECT * FROM jobs WHERE owner = ? AND id = ?');
    this.#waiting = db.prepare(
      `SELECT count(*) AS jobs, coalesce(sum(size), 0) AS bytes FROM jobs WHERE state = 'queued' AND owner = ?`,
    );
    this.#insert = db.prepare(
      `INSERT INTO jobs (id, owner, request_id, operation, state, created_at, seq, size, waits_share, waits_epoch, waits_rev)
       VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?) RETURNING *`,
    );
    this.#insertParams = db.prepare('INSERT INTO payloads (number, params) VALUES (?, ?)');
    this.#result = db.prepare('SELECT result FROM payloads WHERE number = ?');
    this.#params = db.prepare('SELECT params FROM payloads WHERE number = ?');
    this.#page = db.prepare(
      `SELECT * FROM jobs WHERE owner = $owner AND number < $before AND ($state IS NULL OR state = $state)
       ORDER BY number DESC LIMIT $limit`,
    );
    this.#events = db.prepare('SELECT * FROM jobs WHERE owner = ? AND seq > ? ORDER BY seq');
    this.#seq = db.prepare('SELECT seq FROM owners WHERE owner = ?');
    this.#delete = db.prepare('DELETE FROM jobs WHERE number = ?');
  }

  submit(job: NewJob): Promise<Job> {
    return this.#table.write(() => {
      const known = this.#byRequest.get(job.owner, job.requestId) as JobRow | undefined;
      return toJob(known ?? this.#add(job));
    });
  }

  get(owner: string, id: string): Promise<Job> {
    return this.#table.database.read(() => toJob(this.#find(owner, id)));
  }

  result(owner: string, id: string): Promise<string | null> {
    return this.#table.database.read(
      () => (this.#result.get(this.#find(owner, id).number) as { result: string | null }).result,
    );
  }

  params(owner: string, id: string): Promise<string | null> {
    return this.#table.database.read(
      () => (this.#params.get(this.#find(owner, id).number) as { params: string | null }).params,
    );
  }

  list(owner: string, { state, after, limit }: JobPage): Promise<{ jobs: Job[]; more: boolean }> {
    return this.#table.database.read(() => {
      const before = after === undefined ? Number.MAX_SAFE_INTEGER : this.#find(owner, after).number;
      const rows = this.#page.all({ owner, before, state: state ?? null, limit: limit + 1 }) as unknown as JobRow[];
      return { jobs: rows.slice(0, limit).map(toJob), more: rows.length > limit };
    });
  }

  cancel(owner: string, id: string): Promise<Job> {
    return this.#table.write(() => {
      const row = this.#find(owner, id);
      if (hasEnded(row)) throw new SynclineError('JobEnded');
      if (row.state === 'queued') return toJob(this.#table.end(row, 'cancelled'));
      return toJob(row.state === 'cancelling' ? row : this.#table.change(row, { state: 'cancelling' }));
    });
  }

  remove(owner: string, id: string): Promise<void> {
    return this.#table.write(() => {
      const row = this.#find(owner, id);
      if (!hasEnded(row)) throw new SynclineError('JobNotEnded');
      this.#delete.run(row.number);
    });
  }

  since(owner: string, since: number): Promise<{ seq: number; jobs: Job[] }> {
    return this.#table.database.read(() => {
      const last = this.#seq.get(owner) as { seq: number } | undefined;
      const rows = this.#events.all(owner, since) as unknown as JobRow[];
      return { seq: last?.seq ?? 0, jobs: rows.map(toJob) };
    });
  }

  onDidChange(listener: (owner: string, job: Job) => void): Disposable {
    return this.#table.onDidChange(listener);
  }

  #find(owner: string, id: string): JobRow {
    const row = this.#byId.get(owner, id) as JobRow | undefined;
    if (!row) throw jobNotFound();
    return row;
  }

  #add({ owner, requestId, operation, params, requires }: NewJob): JobRow {
    const size = Buffer.byteLength(params);
    const waiting = this.#waiting.get(owner) as { jobs: number; bytes: number };
    if (waiting.jobs >= this.#limits.jobs || waiting.bytes + size > this.#limits.bytes) {
      throw new SynclineError('TooMany', `Too many jobs are waiting in line (${waiting.jobs}); let some finish first.`);
    }
    const now = this.#table.options.now();
    const seq = this.#table.nextSeq(owner);
    const { share = null, cursor = null } = requires ?? {};
    const row = this.#insert.get(
      randomUUID(),
      owner,
      requestId,
      operation,
      now,
      seq,
      size,
      share,
      cursor?.epoch ?? null,
      cursor?.rev ?? null,
    ) as unknown as JobRow;
    this.#insertParams.run(row.number, params);
    this.#table.inserted(row);
    return row;
  }
}
