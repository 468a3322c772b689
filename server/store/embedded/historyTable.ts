import type { ContentId } from '../../protocol/contentId.ts';
import type { FileEntry, LinkEntry } from '../../protocol/entry.ts';
import type { Version } from '../../protocol/messages/files.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { type EntryColumns, fromColumns, toColumns } from './entryColumns.ts';
import type { Connection, Query } from './indexDatabase.ts';

interface Row extends EntryColumns {
  readonly path: string;
  readonly rev: number;
  readonly reason: string;
  readonly at: number;
  readonly by: string;
}

const SELECT = 'SELECT path, rev, kind, content, size, executable, target, reason, at, by FROM history';
const BEHIND = '(rev < ? OR (rev = ? AND path > ?)) ORDER BY rev DESC, path LIMIT ?';

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
  readonly #isHeld: Query<{ held: number }>;

  constructor(connection: Connection) {
    this.#add = connection.query(
      `INSERT OR REPLACE INTO history (path, rev, kind, content, size, executable, target, reason, at, by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#get = connection.query(`${SELECT} WHERE path = ? AND rev = ?`);
    this.#ofPath = connection.query(`${SELECT} WHERE path = ? AND ${BEHIND}`);
    this.#below = connection.query(`${SELECT} WHERE path > ? AND path < ? AND ${BEHIND}`);
    this.#all = connection.query(`${SELECT} WHERE ${BEHIND}`);
    this.#isHeld = connection.query('SELECT 1 AS held FROM history WHERE content = ? LIMIT 1');
  }

  add(version: Version): void {
    const { path, rev, entry, reason, at, by } = version;
    this.#add.run(path, rev, ...toColumns(entry), reason, at, by);
  }

  get(path: WirePath, rev: number): Version | null {
    const row = this.#get.get(path, rev);
    return row ? toVersion(row) : null;
  }

  ofPath(path: WirePath, behind: HistoryPosition, limit: number): Version[] {
    return this.#ofPath.all(path, behind.rev, behind.rev, behind.path, limit).map(toVersion);
  }

  /** Undefined: of the whole share. */
  below(dir: WirePath | undefined, behind: HistoryPosition, limit: number): Version[] {
    const position = [behind.rev, behind.rev, behind.path, limit] as const;
    const rows = dir === undefined ? this.#all.all(...position) : this.#below.all(`${dir}/`, `${dir}0`, ...position);
    return rows.map(toVersion);
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
  };
}
