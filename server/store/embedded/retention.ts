import type { ContentId } from '../../protocol/contentId.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { Purge } from '../history.ts';
import { ChangeLog } from './changeLog.ts';
import { CommitRecords } from './commitRecords.ts';
import { HistoryBegin } from './historyBegin.ts';
import { HistoryTable } from './historyTable.ts';
import type { IndexDatabase, Query } from './indexDatabase.ts';
import { LostVersions } from './lostVersions.ts';
import { revisionAt } from './momentRevision.ts';
import type { ObjectStore } from './objectStore.ts';

export interface RetentionOptions {
  /** Versions older than this go. Milliseconds; default 30 days. */
  readonly historyAgeMs?: number;
  /** Versions of one path; the oldest go. Default 100. */
  readonly historyVersions?: number;
  /** Contents of history, each counted once, bytes; the oldest go. Default 5 GiB. */
  readonly historyBytes?: number;
  /** Changes that the feed can tell; who was away for longer starts from a snapshot. Default 200,000. */
  readonly feedChanges?: number;
}

interface Row {
  readonly path: string;
  readonly rev: number;
  readonly kind: string;
  readonly content: string | null;
  readonly size: number;
  readonly at: number;
}

const DAY_MS = 24 * 3600 * 1000;
/** How long a repeated commit is recognised. */
const COMMITS_MS = 7 * DAY_MS;
/** So many versions go in one step. */
const STEP = 500;

/**
 * Keeps history, feed and records within their limits. Works in steps of some milliseconds; nobody else may change the share
 * during one. Contents are removed when no version refers to them any more; a crash in between leaves contents that nothing
 * refers to, which {@link sweep} removes.
 */
export class Retention {
  readonly #database: IndexDatabase;
  readonly #objects: ObjectStore;
  readonly #clock: () => number;
  readonly #options: Required<RetentionOptions>;
  readonly #table: HistoryTable;
  readonly #log: ChangeLog;
  readonly #records: CommitRecords;
  readonly #begin: HistoryBegin;
  readonly #lost: LostVersions;
  readonly #first: Query<Row>;
  readonly #oldest: Query<Row>;
  readonly #crowded: Query<{ path: string; surplus: number }>;
  readonly #oldestOf: Query<Row>;
  readonly #bytes: Query<{ bytes: number | null }>;
  readonly #delete: Query<never>;
  readonly #purgeable: Query<Row>;

  constructor(database: IndexDatabase, objects: ObjectStore, clock: () => number, options: RetentionOptions = {}) {
    const { writer } = database;
    const select = 'SELECT path, rev, kind, content, size, at FROM history';
    this.#database = database;
    this.#objects = objects;
    this.#clock = clock;
    this.#options = {
      historyAgeMs: 30 * DAY_MS,
      historyVersions: 100,
      historyBytes: 5 * 1024 ** 3,
      feedChanges: 200_000,
      ...options,
    };
    this.#table = new HistoryTable(writer);
    this.#log = new ChangeLog(writer);
    this.#records = new CommitRecords(writer);
    this.#begin = new HistoryBegin(database);
    this.#lost = new LostVersions(writer);
    this.#first = writer.query(`${select} ORDER BY rev LIMIT ${STEP}`);
    this.#oldest = writer.query(`${select} WHERE content IS NOT NULL ORDER BY rev LIMIT ${STEP}`);
    this.#crowded = writer.query(
      `SELECT path, count(*) - ? AS surplus FROM history GROUP BY path HAVING count(*) > ? LIMIT ${STEP}`,
    );
    this.#oldestOf = writer.query(`${select} WHERE path = ? ORDER BY rev LIMIT ?`);
    this.#bytes = writer.query(
      'SELECT sum(size) AS bytes FROM (SELECT DISTINCT content, size FROM history WHERE content IS NOT NULL)',
    );
    this.#delete = writer.query('DELETE FROM history WHERE path = ? AND rev = ?');
    this.#purgeable = writer.query(
      `${select} WHERE rev <= ? AND (? IS NULL OR path = ? OR (? = 1 AND path > ? || '/' AND path < ? || '0')) LIMIT ${STEP}`,
    );
  }

  /** Does one step of what there is to do at a time. */
  *run(): Generator<void> {
    for (let more = true; more; more = this.#expire()) yield;
    for (let more = true; more; more = this.#thinOut()) yield;
    for (let more = true; more; more = this.#shrink()) yield;
    this.#trim();
  }

  /** Removes contents that no version refers to, one step at a time. */
  *sweep(): Generator<void> {
    for (const contents of this.#objects.list()) {
      for (const content of contents) if (!this.#table.refersTo(content)) this.#objects.remove(content);
      yield;
    }
  }

  /** Forgets versions on demand, one step at a time; gives how many. */
  *purge({ path, below, upTo }: Purge): Generator<void, number> {
    const at = path ?? null;
    const last = upTo === undefined ? Number.MAX_SAFE_INTEGER : revisionAt(this.#log, upTo, this.#clock());
    let count = 0;
    for (;;) {
      const rows = this.#purgeable.all(last, at, at, below ? 1 : 0, at, at);
      if (rows.length === 0) return count;
      this.#forget(rows, path === undefined ? 'share' : 'paths');
      count += rows.filter(({ kind }) => kind !== 'directory').length;
      yield;
    }
  }

  #expire(): boolean {
    const limit = this.#clock() - this.#options.historyAgeMs;
    const rows = this.#first.all().filter(({ at }) => at < limit);
    this.#forget(rows, 'share');
    return rows.length === STEP;
  }

  #thinOut(): boolean {
    const crowded = this.#crowded.all(this.#options.historyVersions, this.#options.historyVersions);
    this.#forget(
      crowded.flatMap(({ path, surplus }) => this.#oldestOf.all(path, surplus)),
      'paths',
    );
    return crowded.length === STEP;
  }

  #shrink(): boolean {
    let surplus = (this.#bytes.get()?.bytes ?? 0) - this.#options.historyBytes;
    if (surplus <= 0) return false;
    const going: Row[] = [];
    for (const row of this.#oldest.all()) {
      if (surplus <= 0) break;
      going.push(row);
      surplus -= row.size;
    }
    this.#forget(going, 'share');
    return going.length > 0;
  }

  #trim(): void {
    this.#transact(() => {
      const first = this.#log.bounds().last - this.#options.feedChanges + 1;
      if (first > this.#log.bounds().first) {
        this.#begin.moveTo({ rev: first - 1, at: this.#log.timeOf(first - 1) ?? 0 });
        this.#log.trimBefore(first);
      }
      this.#records.forgetBefore(this.#clock() - COMMITS_MS);
    });
  }

  /** What is forgotten from the old end moves the point where history begins; elsewhere each hole is marked. */
  #forget(rows: readonly Row[], reach: 'share' | 'paths'): void {
    const [first, ...others] = rows;
    if (!first) return;
    this.#transact(() => {
      for (const { path, rev } of rows) {
        this.#delete.run(path, rev);
        if (reach === 'paths') this.#lost.add(path as WirePath, rev, null);
      }
      if (reach === 'share') this.#begin.moveTo(others.reduce((last, row) => (row.rev > last.rev ? row : last), first));
    });
    const contents = new Set(rows.map(({ content }) => content as ContentId | null));
    for (const content of contents)
      if (content !== null && !this.#table.refersTo(content)) this.#objects.remove(content);
  }

  #transact(work: () => void): void {
    this.#database.begin();
    try {
      work();
    } catch (error) {
      this.#database.rollback();
      throw error;
    }
    this.#database.commit();
  }
}
