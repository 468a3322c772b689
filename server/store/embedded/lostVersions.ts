import type { WirePath } from '../../protocol/wirePath.ts';
import type { Connection, Query } from './indexDatabase.ts';

/**
 * Of which changes history cannot say what a path held before: another program overwrote it, or its version was forgotten
 * before its time (too many of one path, or a purge). So that what a folder held at a time is never told with a hole that
 * nobody sees.
 */
export class LostVersions {
  readonly #add: Query<never>;
  readonly #endedAt: Query<{ path: string }>;
  readonly #forget: Query<never>;

  constructor(connection: Connection) {
    this.#add = connection.query('INSERT OR IGNORE INTO lost (rev, path) VALUES (?, ?)');
    this.#endedAt = connection.query(
      'SELECT path FROM lost WHERE rev = ? AND (path = ? OR (path > ? AND path < ?)) ORDER BY path',
    );
    this.#forget = connection.query('DELETE FROM lost WHERE rev <= ?');
  }

  add(path: WirePath, rev: number): void {
    this.#add.run(rev, path);
  }

  /** Of a path and everything under it, by this very revision. */
  endedAt(rev: number, path: WirePath): WirePath[] {
    return this.#endedAt.all(rev, path, `${path}/`, `${path}0`).map((row) => row.path as WirePath);
  }

  /** What history as a whole does not reach any more need not be known path by path. */
  forgetUpTo(rev: number): void {
    this.#forget.run(rev);
  }
}
