import type { ContentId } from '../../protocol/contentId.ts';
import type { Entry, FileEntry, LinkEntry } from '../../protocol/entry.ts';
import type { Version } from '../../protocol/messages/files.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { type EntryColumns, fromColumns, toColumns } from './entryColumns.ts';
import type { Connection, Query } from './indexDatabase.ts';
import { rangeBelow } from './pathRange.ts';

interface Row extends EntryColumns {
  readonly path: string;
  readonly rev: number;
  readonly reason: string;
  readonly at: number;
  readonly by: string;
  readonly since: number | null;
  readonly sinceAt: number | null;
}

/** What a path held before a change; of a folder, only that it was there. */
export interface Kept extends Pick<Version, 'path' | 'rev' | 'reason' | 'at' | 'by'> {
  readonly entry: Entry;
  /** The revision that wrote it. */
  readonly since: number;
}

const SELECT = `SELECT h.path, h.rev, h.kind, h.content, h.size, h.executable, h.target, h.reason, h.at, h.by, h.since,
  c.at AS sinceAt FROM history h LEFT JOIN changes c ON c.rev = h.since`;
/** Folders are kept for what a folder held at a time; they are no versions. */
const BEHIND = `h.kind <> 'directory' AND (h.rev < ? OR (h.rev = ? AND h.path > ?)) ORDER BY h.rev DESC, h.path LIMIT ?`;

/** Where a page starts: behind this version. */
export interface HistoryPosition {
  readonly rev: number;
  readonly path: string;
}

/** What paths held before. */
export class HistoryTable {
  readonly #add: Query<never>;
  readonly #get: Query<Row>;
  readonly #ofPath: Query<Row>;
  readonly #below: Query<Row>;
  readonly #all: Query<Row>;
  readonly #endedAt: Query<EntryColumns & { readonly path: string }>;
  readonly #isHeld: Query<{ held: number }>;

  constructor(connection: Connection) {
    this.#add = connection.query(
      `INSERT OR REPLACE INTO history (path, rev, kind, content, size, executable, target, reason, at, by, since)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#get = connection.query(`${SELECT} WHERE h.path = ? AND h.rev = ? AND h.kind <> 'directory'`);
    this.#ofPath = connection.query(`${SELECT} WHERE h.path = ? AND ${BEHIND}`);
    this.#below = connection.query(`${SELECT} WHERE (h.path = ? OR (h.path > ? AND h.path < ?)) AND ${BEHIND}`);
    this.#all = connection.query(`${SELECT} WHERE ${BEHIND}`);
    this.#endedAt = connection.query(
      `SELECT path, kind, content, size, executable, target FROM history
       WHERE rev = ? AND (path = ? OR (path > ? AND path < ?)) ORDER BY path`,
    );
    this.#isHeld = connection.query('SELECT 1 AS held FROM history WHERE content = ? LIMIT 1');
  }

  add({ path, rev, entry, reason, at, by, since }: Kept): void {
    this.#add.run(path, rev, ...toColumns(entry), reason, at, by, since);
  }

  get(path: WirePath, rev: number): Version | null {
    const row = this.#get.get(path, rev);
    return row ? toVersion(row) : null;
  }

  ofPath(path: WirePath, behind: HistoryPosition, limit: number): Version[] {
    return this.#ofPath.all(path, behind.rev, behind.rev, behind.path, limit).map(toVersion);
  }

  /** Of a path and everything under it; undefined: of the whole share. */
  below(dir: WirePath | undefined, behind: HistoryPosition, limit: number): Version[] {
    const position = [behind.rev, behind.rev, behind.path, limit] as const;
    const rows = dir === undefined ? this.#all.all(...position) : this.#below.all(dir, ...rangeBelow(dir), ...position);
    return rows.map(toVersion);
  }

  /** What a path and everything under it held until this very revision, folders before what is in them. */
  endedAt(rev: number, path: WirePath): { path: WirePath; entry: Entry }[] {
    const rows = this.#endedAt.all(rev, path, ...rangeBelow(path));
    return rows.map((row) => ({ path: row.path as WirePath, entry: fromColumns(row) }));
  }

  /** Whether any version has this content. */
  refersTo(content: ContentId): boolean {
    return this.#isHeld.get(content) !== undefined;
  }
}

function toVersion(row: Row): Version {
  return {
    path: row.path as WirePath,
    rev: row.rev,
    entry: fromColumns(row) as FileEntry | LinkEntry,
    reason: row.reason === 'deleted' ? 'deleted' : 'replaced',
    at: row.at,
    by: row.by,
    since: row.since === null ? null : { rev: row.since, at: row.sinceAt },
  };
}
