import type { Entry } from '../../protocol/entry.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { Connection, Query } from './indexDatabase.ts';
import { rangeBelow } from './pathRange.ts';

/**
 * Of which changes history cannot say what a path held before: another program overwrote it, or its version was forgotten
 * before its time (too many of one path, or a purge). So that what a folder held at a time is never told with a hole that
 * nobody sees.
 */
export class LostVersions {
  readonly #add: Query<never>;
  readonly #endedAt: Query<{ path: string; entry: string | null }>;
  readonly #forget: Query<never>;

  constructor(connection: Connection) {
    this.#add = connection.query('INSERT OR IGNORE INTO lost (rev, path, entry) VALUES (?, ?, ?)');
    this.#endedAt = connection.query(
      'SELECT path, entry FROM lost WHERE rev = ? AND (path = ? OR (path > ? AND path < ?)) ORDER BY path',
    );
    this.#forget = connection.query('DELETE FROM lost WHERE rev <= ?');
  }

  /** `entry`: what it was, if that may be told: its content may turn up elsewhere in the share. */
  add(path: WirePath, rev: number, entry: Entry | null): void {
    this.#add.run(rev, path, entry && JSON.stringify(entry));
  }

  /** Of a path and everything under it, by this very revision. */
  endedAt(rev: number, path: WirePath): { path: WirePath; entry: Entry | null }[] {
    const rows = this.#endedAt.all(rev, path, ...rangeBelow(path));
    return rows.map((row) => ({
      path: row.path as WirePath,
      entry: row.entry === null ? null : (JSON.parse(row.entry) as Entry),
    }));
  }

  /** What history as a whole does not reach any more need not be known path by path. */
  forgetUpTo(rev: number): void {
    this.#forget.run(rev);
  }
}
