import type { Entry } from '../../protocol/entry.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { FeedChange } from '../feed.ts';
import type { Connection, Query } from './indexDatabase.ts';

interface Row {
  readonly rev: number;
  readonly kind: string;
  readonly path: string;
  readonly source: string | null;
  readonly entry: string | null;
}

/** The table behind the feed: one row for each revision. */
export class ChangeLog {
  readonly #append: Query<never>;
  readonly #after: Query<Row>;
  readonly #at: Query<Row>;
  readonly #bounds: Query<{ first: number | null; last: number | null }>;
  readonly #trim: Query<never>;

  constructor(connection: Connection) {
    this.#append = connection.query('INSERT INTO changes (rev, kind, path, source, entry) VALUES (?, ?, ?, ?, ?)');
    this.#after = connection.query(
      'SELECT rev, kind, path, source, entry FROM changes WHERE rev > ? ORDER BY rev LIMIT ?',
    );
    this.#at = connection.query('SELECT rev, kind, path, source, entry FROM changes WHERE rev = ?');
    this.#bounds = connection.query(
      'SELECT (SELECT min(rev) FROM changes) AS first, (SELECT max(rev) FROM changes) AS last',
    );
    this.#trim = connection.query('DELETE FROM changes WHERE rev < ?');
  }

  append(change: FeedChange): void {
    switch (change.kind) {
      case 'put':
        return void this.#append.run(change.rev, 'put', change.path, null, JSON.stringify(change.entry));
      case 'delete':
        return void this.#append.run(change.rev, 'delete', change.path, null, null);
      case 'rename': {
        const moved = change.moved ? JSON.stringify(change.moved) : null;
        return void this.#append.run(change.rev, 'rename', change.to, change.from, moved);
      }
    }
  }

  after(rev: number, limit: number): FeedChange[] {
    return this.#after.all(rev, limit).map(toChange);
  }

  /** The change that took a revision; null when the log does not have it any more. */
  at(rev: number): FeedChange | null {
    const row = this.#at.get(rev);
    return row ? toChange(row) : null;
  }

  /** First and last revision that the log still has; 0 and 0 while nothing has ever happened. The last is never trimmed. */
  bounds(): { first: number; last: number } {
    const { first, last } = this.#bounds.get() ?? { first: null, last: null };
    return { first: first ?? 0, last: last ?? 0 };
  }

  trimBefore(rev: number): void {
    this.#trim.run(rev);
  }
}

function toChange({ rev, kind, path: text, source, entry }: Row): FeedChange {
  const path = text as WirePath;
  const held = entry === null ? undefined : (JSON.parse(entry) as Entry);
  if (kind === 'put' && held) return { kind: 'put', rev, path, entry: held };
  if (kind !== 'rename') return { kind: 'delete', rev, path };
  return { kind: 'rename', rev, from: source as WirePath, to: path, ...(held ? { moved: held } : {}) };
}
