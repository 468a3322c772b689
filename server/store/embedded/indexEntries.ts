import type { ContentId } from '../../protocol/contentId.ts';
import type { Entry } from '../../protocol/entry.ts';
import { nameOf, parentOf, type WirePath } from '../../protocol/wirePath.ts';
import { collisionKey } from '../../protocol/disk/collisionKey.ts';
import { type EntryColumns, fromColumns, toColumns } from './entryColumns.ts';
import type { Connection, Query } from './indexDatabase.ts';
import { rangeBelow } from './pathRange.ts';

/** An entry as the index knows it. */
export interface IndexEntry {
  readonly path: WirePath;
  readonly entry: Entry;
  readonly rev: number;
  /** Milliseconds since 1970, for showing. */
  readonly modifiedAt: number;
  /** See {@link KnownIdentity}. */
  readonly identity: string;
}

interface Row extends EntryColumns {
  readonly path: string;
  readonly rev: number;
  readonly modified: number;
  readonly identity: string;
}

const COLUMNS = 'path, kind, content, size, executable, target, rev, modified, identity';

/** So many entries are remembered within a transaction. */
const MEMORY = 20_000;

/**
 * Reads the table of entries over one connection: the reader for the public, the writer within a transaction. With `remember`
 * a path is looked up once; whoever writes then has to say so.
 */
export class IndexEntries {
  readonly #memory: Map<WirePath, IndexEntry | null> | undefined;
  /** Folders that are new within the transaction: what is in them, by fold, without asking. */
  readonly #fresh = new Map<WirePath, Map<string, WirePath[]>>();
  readonly #get: Query<Row>;
  readonly #children: Query<Row>;
  readonly #childPage: Query<Row>;
  readonly #all: Query<Row>;
  readonly #below: Query<Row>;
  readonly #linksBelow: Query<Row>;
  readonly #sameFold: Query<{ path: string }>;
  readonly #holding: Query<{ path: string }>;
  readonly #anyHolding: Query<{ path: string }>;
  readonly #byInode: Query<{ path: string }>;
  readonly #anyChild: Query<{ path: string }>;

  constructor(connection: Connection, options: { readonly remember?: boolean } = {}) {
    const select = `SELECT ${COLUMNS} FROM entries`;
    this.#memory = options.remember ? new Map() : undefined;
    this.#get = connection.query(`${select} WHERE path = ?`);
    this.#children = connection.query(`${select} WHERE parent = ?`);
    this.#childPage = connection.query(`${select} WHERE parent = ? AND fold > ? ORDER BY fold LIMIT ?`);
    this.#all = connection.query(`${select} WHERE path > ? ORDER BY path LIMIT ?`);
    this.#below = connection.query(`${select} WHERE path > ? AND path < ? ORDER BY path LIMIT ?`);
    this.#linksBelow = connection.query(`${select} WHERE kind = 'link' AND path > ? AND path < ?`);
    this.#sameFold = connection.query('SELECT path FROM entries WHERE parent = ? AND fold = ?');
    this.#holding = connection.query('SELECT path FROM entries WHERE content = ? LIMIT 4');
    this.#anyHolding = connection.query('SELECT path FROM entries WHERE content = ? LIMIT 1');
    this.#byInode = connection.query('SELECT path FROM entries WHERE inode = ?');
    this.#anyChild = connection.query('SELECT path FROM entries WHERE parent = ? LIMIT 1');
  }

  get(path: WirePath): IndexEntry | null {
    const remembered = this.#memory?.get(path);
    if (remembered !== undefined) return remembered;
    if (this.#fresh.size > 0 && this.#freshNames(path)?.includes(path) === false) return null;
    const row = this.#isInNothing(path) ? undefined : this.#get.get(path);
    const entry = row ? toEntry(row) : null;
    if (this.#memory && this.#memory.size < MEMORY) this.#memory.set(path, entry);
    return entry;
  }

  /** Something else is at a path now, but below it nothing has changed. */
  forget(path: WirePath): void {
    this.#memory?.delete(path);
  }

  forgetAll(): void {
    this.#memory?.clear();
    this.#fresh.clear();
  }

  /** What was just written at a path. Nothing else may have been there than what this remembers. */
  wrote(entry: IndexEntry): void {
    if (!this.#memory) return;
    const { path } = entry;
    const isNew = this.#memory.get(path) === null;
    if (isNew && entry.entry.kind === 'directory') this.#fresh.set(path, new Map());
    if (this.#memory.size < MEMORY || this.#memory.has(path)) this.#memory.set(path, entry);
    const siblings = this.#freshSiblings(path);
    if (!siblings) return;
    const fold = collisionKey(nameOf(path));
    const same = siblings.get(fold);
    if (!same) siblings.set(fold, [path]);
    else if (!same.includes(path)) same.push(path);
  }

  /** Everything directly in a folder ('' for the root), in no order. */
  children(parent: WirePath | ''): IndexEntry[] {
    return this.#children.all(parent).map(toEntry);
  }

  /** By name without regard to case; no two children of a folder are the same that way. */
  childPage(parent: WirePath | '', after: WirePath | undefined, limit: number): IndexEntry[] {
    return this.#childPage.all(parent, after === undefined ? '' : collisionKey(nameOf(after)), limit).map(toEntry);
  }

  /** What lies below a folder (undefined: the root), by path. */
  below(dir: WirePath | undefined, after: WirePath | undefined, limit: number): IndexEntry[] {
    if (dir === undefined) return this.#all.all(after ?? '', limit).map(toEntry);
    const [from, to] = rangeBelow(dir);
    return this.#below.all(after ?? from, to, limit).map(toEntry);
  }

  linksBelow(dir: WirePath): IndexEntry[] {
    return this.#linksBelow.all(...rangeBelow(dir)).map(toEntry);
  }

  hasChildren(dir: WirePath): boolean {
    return this.#anyChild.get(dir) !== undefined;
  }

  /** Paths beside `path` whose name cannot stand beside it on every file system. */
  collisions(path: WirePath): WirePath[] {
    const fresh = this.#freshNames(path);
    const same = fresh ?? this.#sameFold.all(parentOf(path) ?? '', collisionKey(nameOf(path))).map(pathOfRow);
    return same.filter((other) => other !== path);
  }

  /** Where a few files with a content are. The index of contents answers that alone. */
  holding(content: ContentId): WirePath[] {
    return this.#holding.all(content).map(pathOfRow);
  }

  holds(content: ContentId): boolean {
    return this.#anyHolding.get(content) !== undefined;
  }

  foldersWithInode(inode: string): WirePath[] {
    return this.#byInode.all(inode).map(pathOfRow);
  }

  /** What lies in a folder that is not there is not there. */
  #isInNothing(path: WirePath): boolean {
    const parent = parentOf(path);
    return parent !== undefined && this.#memory?.get(parent) === null;
  }

  #freshSiblings(path: WirePath): Map<string, WirePath[]> | undefined {
    const parent = parentOf(path);
    return parent === undefined ? undefined : this.#fresh.get(parent);
  }

  /** What a new folder holds under this name or one that collides with it; undefined: it is no new folder. */
  #freshNames(path: WirePath): readonly WirePath[] | undefined {
    const siblings = this.#freshSiblings(path);
    return siblings && (siblings.get(collisionKey(nameOf(path))) ?? []);
  }
}

/** Writes the table of entries, within a transaction. */
export class IndexWriter {
  readonly #put: Query<never>;
  readonly #identity: Query<never>;
  readonly #remove: Query<never>;
  readonly #removeBelow: Query<never>;
  readonly #move: Query<never>;
  readonly #moveBelow: Query<never>;

  constructor(connection: Connection) {
    this.#put = connection.query(
      `INSERT INTO entries (path, parent, fold, kind, content, size, executable, target, rev, modified, identity, inode)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, content = excluded.content, size = excluded.size,
         executable = excluded.executable, target = excluded.target, rev = excluded.rev, modified = excluded.modified,
         identity = excluded.identity, inode = excluded.inode`,
    );
    this.#identity = connection.query('UPDATE entries SET identity = ?, modified = ? WHERE path = ?');
    this.#remove = connection.query('DELETE FROM entries WHERE path = ?');
    this.#removeBelow = connection.query('DELETE FROM entries WHERE path > ? AND path < ?');
    this.#move = connection.query('UPDATE entries SET path = ?, parent = ?, fold = ?, rev = ? WHERE path = ?');
    this.#moveBelow = connection.query(
      `UPDATE entries SET path = ? || substr(path, length(?) + 1), parent = ? || substr(parent, length(?) + 1) WHERE path > ? AND path < ?`,
    );
  }

  /** `inode` is of a folder alone: by it a folder is recognised that another program has moved. */
  put({ path, entry, rev, modifiedAt, identity }: IndexEntry, inode: string | null): void {
    const fold = collisionKey(nameOf(path));
    this.#put.run(path, parentOf(path) ?? '', fold, ...toColumns(entry), rev, modifiedAt, identity, inode);
  }

  setIdentity(path: WirePath, identity: string, modifiedAt: number): void {
    this.#identity.run(identity, modifiedAt, path);
  }

  /** With everything below. */
  remove(path: WirePath): void {
    this.#remove.run(path);
    this.#removeBelow.run(...rangeBelow(path));
  }

  /** With everything below; nothing may be at `to`. */
  move(from: WirePath, to: WirePath, rev: number): void {
    this.#move.run(to, parentOf(to) ?? '', collisionKey(nameOf(to)), rev, from);
    this.#moveBelow.run(to, from, to, from, ...rangeBelow(from));
  }
}

const pathOfRow = (row: { readonly path: string }): WirePath => row.path as WirePath;

function toEntry(row: Row): IndexEntry {
  const { path, rev, modified, identity } = row;
  return { path: path as WirePath, entry: fromColumns(row), rev, modifiedAt: modified, identity };
}
