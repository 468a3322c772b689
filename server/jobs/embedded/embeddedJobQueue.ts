import type { StatementSync } from 'node:sqlite';
import type { JobState } from '../../protocol/messages/jobs.ts';
import type { Cursor } from '../../protocol/messages/values.ts';
import type { ClaimedJob, JobOutcome, JobQueue } from '../jobQueue.ts';
import { hasEnded, type JobRow, type JobTable } from './jobTable.ts';

/** An owner keeps at most so many ended jobs; older ones go before their time. */
const MAX_KEPT = 10_000;

export class EmbeddedJobQueue implements JobQueue {
  readonly #table: JobTable;
  readonly #next: StatementSync;
  readonly #byId: StatementSync;
  readonly #params: StatementSync;
  readonly #setResult: StatementSync;
  readonly #underWay: StatementSync;
  readonly #reached: StatementSync;
  readonly #unreachable: StatementSync;
  readonly #awaited: StatementSync;
  readonly #expire: StatementSync;
  readonly #surplus: StatementSync;
  readonly #counts: StatementSync;

  constructor(table: JobTable) {
    this.#table = table;
    const { db } = table.database;
    this.#next = db.prepare(
      `SELECT * FROM jobs AS job WHERE state = 'queued' AND waits_share IS NULL
       ORDER BY (SELECT count(*) FROM jobs AS other WHERE other.state IN ('running', 'cancelling') AND other.owner = job.owner),
                number
       LIMIT 1`,
    );
    this.#byId = db.prepare('SELECT * FROM jobs WHERE id = ?');
    this.#params = db.prepare('SELECT params FROM payloads WHERE number = ?');
    this.#setResult = db.prepare('UPDATE payloads SET result = ? WHERE number = ?');
    this.#underWay = db.prepare(`SELECT * FROM jobs WHERE state IN ('running', 'cancelling') ORDER BY number`);
    this.#reached = db.prepare(
      `UPDATE jobs SET waits_share = NULL, waits_epoch = NULL, waits_rev = NULL
       WHERE state = 'queued' AND waits_share = ? AND waits_epoch = ? AND waits_rev <= ?`,
    );
    this.#unreachable = db.prepare(
      `SELECT * FROM jobs WHERE state = 'queued' AND waits_share = $share AND ($epoch IS NULL OR waits_epoch <> $epoch)`,
    );
    this.#awaited = db.prepare(
      `SELECT DISTINCT waits_share AS share FROM jobs WHERE state = 'queued' AND waits_share IS NOT NULL`,
    );
    this.#expire = db.prepare('DELETE FROM jobs WHERE expires_at <= ?');
    this.#surplus = db.prepare(
      `DELETE FROM jobs WHERE number IN (
         SELECT number FROM (
           SELECT number, row_number() OVER (PARTITION BY owner ORDER BY number DESC) AS rank
           FROM jobs WHERE ended_at IS NOT NULL)
         WHERE rank > ?)`,
    );
    this.#counts = db.prepare('SELECT state, count(*) AS count FROM jobs GROUP BY state');
  }

  claim(): Promise<ClaimedJob | null> {
    return this.#table.write(() => {
      const row = this.#next.get() as JobRow | undefined;
      if (!row) return null;
      const fence = row.fence + 1;
      const { id, owner, operation, number } = row;
      const { params } = this.#params.get(number) as { params: string };
      this.#table.change(row, { state: 'running', started_at: this.#table.options.now(), fence });
      return { id, owner, fence, operation, params };
    });
  }

  beat(id: string, fence: number, progress: number): Promise<'go on' | 'stop'> {
    return this.#table.write(() => {
      const row = this.#claimed(id, fence);
      if (row?.state !== 'running') return 'stop';
      if (progress > row.progress) this.#table.change(row, { progress: Math.min(progress, 1) });
      return 'go on';
    });
  }

  finish(id: string, fence: number, outcome: JobOutcome): Promise<boolean> {
    return this.#table.write(() => {
      const row = this.#claimed(id, fence);
      if (!row || hasEnded(row)) return false;
      if (outcome.state === 'succeeded') this.#setResult.run(outcome.result, row.number);
      this.#table.end(row, outcome.state, outcome.state === 'failed' ? outcome.error : null);
      return true;
    });
  }

  release(share: string, cursor: Cursor | null): Promise<boolean> {
    return this.#table.write(() => {
      for (const row of this.#unreachable.all({ share, epoch: cursor?.epoch ?? null }) as unknown as JobRow[]) {
        const message = cursor ? 'The share was numbered anew since; sync again.' : 'The share is no longer served.';
        this.#table.end(row, 'failed', { code: 'RevisionNotReached', message });
      }
      return cursor !== null && Number(this.#reached.run(share, cursor.epoch, cursor.rev).changes) > 0;
    });
  }

  awaitedShares(): Promise<string[]> {
    return this.#table.database.read(() => (this.#awaited.all() as { share: string }[]).map(({ share }) => share));
  }

  expire(): Promise<void> {
    return this.#table.write(() => {
      this.#expire.run(this.#table.options.now());
      this.#surplus.run(MAX_KEPT);
    });
  }

  counts(): Promise<Record<JobState, number>> {
    return this.#table.database.read(() => {
      const counts: Record<JobState, number> = {
        queued: 0,
        running: 0,
        cancelling: 0,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
        interrupted: 0,
      };
      for (const { state, count } of this.#counts.all() as unknown as { state: JobState; count: number }[]) {
        counts[state] = count;
      }
      return counts;
    });
  }

  /** Ends what a process that is gone was running. Only right while nobody works this line off. */
  recover(): Promise<void> {
    return this.#table.write(() => {
      for (const row of this.#underWay.all() as unknown as JobRow[]) {
        this.#table.end(row, row.state === 'cancelling' ? 'cancelled' : 'interrupted');
      }
    });
  }

  #claimed(id: string, fence: number): JobRow | undefined {
    const row = this.#byId.get(id) as JobRow | undefined;
    return row?.fence === fence ? row : undefined;
  }
}
