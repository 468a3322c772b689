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
  readonly mode_only: number | null;
}

/** What the log knows of a change beside what it tells. */
export interface Circumstances {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A put that changed nothing but whether a file is executable. */
  readonly modeOnly?: boolean;
}

export interface LoggedChange {
  readonly change: FeedChange;
  readonly modeOnly: boolean;
}

const COLUMNS = 'rev, kind, path, source, entry, mode_only';

/** The table behind the feed: one row for each revision. */
export class ChangeLog {
  readonly #append: Query<never>;
  readonly #after: Query<Row>;
  readonly #at: Query<Row>;
  readonly #back: Query<Row>;
  readonly #moves: Query<{ path: string; source: string }>;
  readonly #timeOf: Query<{ at: number | null }>;
  readonly #lastBy: Query<{ rev: number }>;
  readonly #bounds: Query<{ first: number | null; last: number | null }>;
  readonly #trim: Query<never>;

  constructor(connection: Connection) {
    this.#append = connection.query(
      'INSERT INTO changes (rev, kind, path, source, entry, at, mode_only) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#after = connection.query(`SELECT ${COLUMNS} FROM changes WHERE rev > ? ORDER BY rev LIMIT ?`);
    this.#back = connection.query(
      `SELECT ${COLUMNS} FROM changes WHERE rev > ? AND rev <= ? ORDER BY rev DESC LIMIT ?`,
    );
    this.#moves = connection.query(
      "SELECT path, source FROM changes WHERE kind = 'rename' AND rev > ? AND rev <= ? ORDER BY rev",
    );
    this.#timeOf = connection.query('SELECT at FROM changes WHERE rev = ?');
    this.#lastBy = connection.query('SELECT rev FROM changes WHERE at <= ? ORDER BY rev DESC LIMIT 1');
    this.#at = connection.query(`SELECT ${COLUMNS} FROM changes WHERE rev = ?`);
    this.#bounds = connection.query(
      'SELECT (SELECT min(rev) FROM changes) AS first, (SELECT max(rev) FROM changes) AS last',
    );
    this.#trim = connection.query('DELETE FROM changes WHERE rev < ?');
  }

  append(change: FeedChange, { at, modeOnly }: Circumstances): void {
    const { rev } = change;
    switch (change.kind) {
      case 'put': {
        const entry = JSON.stringify(change.entry);
        return void this.#append.run(rev, 'put', change.path, null, entry, at, modeOnly ? 1 : null);
      }
      case 'delete':
        return void this.#append.run(rev, 'delete', change.path, null, null, at, null);
      case 'rename': {
        const moved = change.moved ? JSON.stringify(change.moved) : null;
        return void this.#append.run(rev, 'rename', change.to, change.from, moved, at, null);
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

  /** The changes behind `rev` up to `last`, the latest first. */
  back(rev: number, last: number, limit: number): LoggedChange[] {
    return this.#back.all(rev, last, limit).map((row) => ({ change: toChange(row), modeOnly: row.mode_only === 1 }));
  }

  /** The renames behind `rev` up to `last`, in their order. */
  moves(rev: number, last: number): { from: WirePath; to: WirePath }[] {
    return this.#moves.all(rev, last).map(({ path, source }) => ({ from: source as WirePath, to: path as WirePath }));
  }

  /** When a change happened; null when the log does not know. */
  timeOf(rev: number): number | null {
    return this.#timeOf.get(rev)?.at ?? null;
  }

  /** The last change that had happened by then; undefined: none that the log knows. */
  lastBy(time: number): number | undefined {
    return this.#lastBy.get(time)?.rev;
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
