import type { ShareStats } from '../share.ts';
import type { Connection, Query } from './indexDatabase.ts';

type Counted = Pick<ShareStats, 'entries' | 'bytes' | 'versions' | 'historyBytes'>;

/** Counting takes some milliseconds in a large share, so an answer is good for this long. */
const FRESH_MS = 5_000;

/** Counts what the tables hold. */
export class ShareStatistics {
  readonly #count: Query<{ entries: number; bytes: number | null; versions: number; history: number | null }>;
  readonly #clock: () => number;
  #last: Counted | undefined;
  #countedAt = 0;

  constructor(connection: Connection, clock: () => number) {
    this.#clock = clock;
    this.#count = connection.query(
      `SELECT (SELECT count(*) FROM entries) AS entries,
              (SELECT sum(size) FROM entries) AS bytes,
              (SELECT count(*) FROM history WHERE kind <> 'directory') AS versions,
              (SELECT sum(size) FROM (SELECT DISTINCT content, size FROM history WHERE content IS NOT NULL)) AS history`,
    );
  }

  read(): Counted {
    const now = this.#clock();
    if (this.#last && Math.abs(now - this.#countedAt) < FRESH_MS) return this.#last;
    const row = this.#count.get();
    this.#countedAt = now;
    this.#last = {
      entries: row?.entries ?? 0,
      bytes: row?.bytes ?? 0,
      versions: row?.versions ?? 0,
      historyBytes: row?.history ?? 0,
    };
    return this.#last;
  }
}
