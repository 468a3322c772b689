import { hash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { SQLITE, sqliteCode } from '../../../server/protocol/disk/sqliteLock.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Cursor } from '../../../server/protocol/messages/values.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, type Steps } from '../inSlices.ts';
import type { KnownFolder, KnownFolderChange } from '../local/knownFolders.ts';
import type { FolderOfFiles, KnownFile } from '../local/statCache.ts';
import type { Conflict } from '../reconcile/conflict.ts';
import type { StoredDeletions } from '../reconcile/recentDeletions.ts';
import { nodeAt, type Tree } from '../tree/tree.ts';
import {
  deviationChanges,
  encode,
  type FolderRow,
  readDeviation,
  readTree,
  type RowChange,
  treeChanges,
} from './treeRows.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';

/** What a target remembers between two runs. */
export interface BaseState {
  readonly base: Tree;
  /** The server's tree as of `cursor`, unfiltered; `null`: never seen, or not to be trusted. */
  readonly remote: RemoteState | null;
  readonly conflicts: readonly Conflict[];
  /** What was deleted lately without being confirmed. */
  readonly deletions?: StoredDeletions | null;
  /** Which folders the two sides were when they last agreed. */
  readonly roots?: Roots;
}

/** What tells a folder from another one in its place; undefined where that was never seen. */
export interface Roots {
  readonly local?: string | undefined;
  readonly remote?: string | undefined;
}

export interface RemoteState {
  readonly tree: Tree;
  readonly cursor: Cursor;
}

/** A commit that was sent, and whose answer may never have arrived. */
export interface PendingCommit {
  readonly id: string;
  readonly operations: readonly Operation[];
}

/**
 * The state of one target in `base.db`. Losing it is harmless: the next sync is then a first one, in which nothing is
 * deleted and what differs becomes a conflict. A file that is damaged is put aside as `base.db.damaged` and begun anew.
 *
 * Each save is one transaction and costs as much as has changed since the one before. After a power cut the state may be
 * that of an earlier save, which is harmless as well: what both sides hold by then is agreed upon again.
 */
export class BaseStore {
  readonly #database: DatabaseSync;
  /** Whether an earlier state was found damaged and put aside. */
  readonly wasDamaged: boolean;
  readonly #statements = new Map<string, StatementSync>();
  /** Ids of commits without an answer: mostly there is none, and nobody has to ask the disk for them. */
  readonly #pending: Set<string>;
  /** How folders of the base looked when they held what it lists, for {@link KnownFolders}; as of the opening. */
  readonly knownFolders: Map<string, KnownFolder>;
  #saved: BaseState;

  private constructor(database: DatabaseSync, { state, knownFolders }: Stored, wasDamaged: boolean) {
    this.#database = database;
    this.#saved = state;
    this.knownFolders = knownFolders;
    this.wasDamaged = wasDamaged;
    const pending = this.#prepare('SELECT id FROM pending_commits').all() as { id: string }[];
    this.#pending = new Set(pending.map(({ id }) => id));
  }

  /** @throws SynclineError what the disk says. */
  static open(stateDirectory: string): BaseStore {
    return atOnce(BaseStore.opening(stateDirectory));
  }

  /** {@link open}, to be run to its end. */
  static *opening(stateDirectory: string): Steps<BaseStore> {
    const file = join(stateDirectory, 'base.db');
    try {
      makeFolders(stateDirectory, 0o700);
      return yield* openAt(file, false);
    } catch (error) {
      if (!isDamage(error)) throw diskError(error, 'open the state of the target');
    }
    try {
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
      renameSync(file, `${file}.damaged`);
      return yield* openAt(file, true);
    } catch (error) {
      throw diskError(error, 'begin the state of the target anew');
    }

    function* openAt(path: string, wasDamaged: boolean): Steps<BaseStore> {
      const database = new DatabaseSync(path);
      try {
        database.exec(SCHEMA);
        return new BaseStore(database, yield* read(database), wasDamaged);
      } catch (error) {
        database.close();
        throw error;
      }
    }
  }

  /** As of the last save. */
  get state(): BaseState {
    return this.#saved;
  }

  /** What is known of local files, for the {@link StatCache}: folder by folder, each read when it is asked for. */
  *knownFiles(): Generator<FolderOfFiles> {
    const rows = this.#prepare('SELECT folder, files FROM known_files').all() as unknown as KnownFilesRow[];
    for (const row of rows) yield [row.folder, filesOf(row)];
  }

  /** The same of one folder. */
  knownFilesIn(folder: string): FolderOfFiles[1] {
    const row = this.#prepare('SELECT folder, files FROM known_files WHERE folder = ?').get(folder);
    return row ? filesOf(row as unknown as KnownFilesRow) : [];
  }

  /** Commits without an answer, in the order in which they were sent. */
  pendingCommits(): PendingCommit[] {
    if (this.#pending.size === 0) return [];
    const rows = this.#prepare('SELECT id, operations FROM pending_commits ORDER BY seq').all() as unknown as {
      id: string;
      operations: string;
    }[];
    try {
      return rows.map(({ id, operations }) => ({ id, operations: JSON.parse(operations) as Operation[] }));
    } catch {
      return [];
    }
  }

  /** To be called before the commit is sent. */
  addPending({ id, operations }: PendingCommit): void {
    this.#write(() => {
      const insert = this.#prepare('INSERT OR REPLACE INTO pending_commits (id, operations) VALUES (?, ?)');
      insert.run(id, JSON.stringify(operations));
    });
    this.#pending.add(id);
  }

  /** Operations on the local folder that were begun and whose outcome was never saved, in their order. */
  begunLocally(): Operation[] {
    const rows = this.#prepare('SELECT operations FROM begun_locally').all() as unknown as {
      operations: string;
    }[];
    try {
      return rows.flatMap(({ operations }) => JSON.parse(operations) as Operation[]);
    } catch {
      return [];
    }
  }

  /** To be called before they are carried out; takes the place of those before. */
  beginLocally(operations: readonly Operation[]): void {
    this.#write(() => {
      this.#database.exec('DELETE FROM begun_locally');
      this.#prepare('INSERT INTO begun_locally VALUES (?)').run(JSON.stringify(operations));
    });
  }

  /**
   * Makes `state` the one that the next run starts from; `answered` are commits that are settled in it,
   * `isLocalSettled` says that so is what was begun on the local folder.
   *
   * @throws SynclineError what the disk says; then the state saved before stays.
   */
  save(
    state: BaseState,
    knownFiles: readonly FolderOfFiles[] = [],
    answered: readonly string[] = [],
    isLocalSettled = false,
  ): void {
    const before = this.#saved;
    const folders: ['base' | 'remote', Iterable<RowChange>][] = [
      ['base', treeChanges(before.base, state.base)],
      ['remote', deviationChanges(deviationOf(before), deviationOf(state))],
    ];
    this.#write(() => {
      const [put, drop] = [
        'INSERT OR REPLACE INTO folders VALUES (?, ?, ?)',
        'DELETE FROM folders WHERE tree = ? AND path = ?',
      ];
      const [upsert, remove] = [this.#prepare(put), this.#prepare(drop)];
      for (const [tree, changes] of folders) {
        for (const { path, children } of changes) {
          if (children === null) {
            remove.run(tree, path);
            if (tree === 'base') this.#prepare(FORGET_FOLDER).run(path);
          } else upsert.run(tree, path, children);
        }
      }
      if (state.remote?.cursor !== before.remote?.cursor) this.#setMeta('cursor', state.remote?.cursor ?? null);
      if (state.conflicts !== before.conflicts) this.#setMeta('conflicts', state.conflicts);
      if (state.deletions !== before.deletions) this.#setMeta('deletions', state.deletions ?? null);
      if (state.roots !== before.roots) this.#setMeta('roots', state.roots ?? {});
      this.#putFiles(knownFiles);
      const settle = this.#prepare('DELETE FROM pending_commits WHERE id = ?');
      for (const id of answered) settle.run(id);
      if (isLocalSettled) this.#database.exec('DELETE FROM begun_locally');
    });
    for (const id of answered) this.#pending.delete(id);
    this.#saved = state;
  }

  /** What is known of local files, ahead of a {@link save}: true whatever becomes of the rest. @throws SynclineError what the disk says */
  saveFiles(files: readonly FolderOfFiles[]): void {
    this.#write(() => this.#putFiles(files));
  }

  /** How folders look when they hold what the saved base lists; others are left out. A hint: losing it costs time. @throws SynclineError what the disk says */
  saveFolders(changes: readonly KnownFolderChange[]): void {
    this.#write(() => {
      const remember = this.#prepare('INSERT OR REPLACE INTO known_folders VALUES (?, ?, ?, ?)');
      // an earlier version wrote the same list in another order
      const put = this.#prepare(
        "UPDATE folders SET children = ?1 WHERE tree = 'base' AND path = ?2 AND children <> ?1",
      );
      for (const { path, known } of changes) {
        if (!known) this.#prepare(FORGET_FOLDER).run(path);
        else if (nodeAt(this.#saved.base, path === '' ? undefined : (path as WirePath)) === known.holds) {
          const row = encode(known.holds.children);
          put.run(row, path);
          remember.run(path, known.listing.names, known.listing.stamps, digest(row));
        }
      }
    });
  }

  #putFiles(folders: readonly FolderOfFiles[]): void {
    const known = this.#prepare('INSERT OR REPLACE INTO known_files VALUES (?, ?)');
    const forget = this.#prepare('DELETE FROM known_files WHERE folder = ?');
    for (const [folder, files] of folders) {
      if (files.length === 0) forget.run(folder);
      else known.run(folder, JSON.stringify(toRecord(files)));
    }
  }

  /** Harmless when already closed. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Compiled once: a save is often a row or two. */
  #prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, (statement = this.#database.prepare(text)));
    return statement;
  }

  #setMeta(key: string, value: unknown): void {
    this.#prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, JSON.stringify(value));
  }

  #write(action: () => void): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      action();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw saveError(error);
    }
  }
}

const VERSION = 1;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS folders (
    tree TEXT NOT NULL, path TEXT NOT NULL, children TEXT NOT NULL, PRIMARY KEY (tree, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS known_files (folder TEXT PRIMARY KEY, files TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS known_folders (
    folder TEXT PRIMARY KEY, names TEXT NOT NULL, stamps BLOB NOT NULL, holds TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pending_commits (seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, operations TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS begun_locally (operations TEXT NOT NULL);
  INSERT OR IGNORE INTO meta VALUES ('version', '${VERSION}');
`;

const FORGET_FOLDER = 'DELETE FROM known_folders WHERE folder = ?';

/** `names` and the rest are null where nothing is known of how the folder looked. */
interface BaseRow {
  readonly path: string;
  readonly children: string;
  readonly names: string | null;
  readonly stamps: Uint8Array | null;
  /** Digest of the row with which it was known. */
  readonly holds: string | null;
}

const BASE_ROWS = `
  SELECT path, children, names, stamps, holds FROM folders LEFT JOIN known_folders ON folder = path WHERE tree = 'base'
`;

interface Stored {
  readonly state: BaseState;
  readonly knownFolders: Map<string, KnownFolder>;
}

interface KnownFilesRow {
  readonly folder: string;
  readonly files: string;
}

function filesOf({ files }: KnownFilesRow): FolderOfFiles[1] {
  try {
    return Object.entries(JSON.parse(files) as Record<string, KnownFile>);
  } catch {
    return [];
  }
}

/** Short, and no two rows have the same one. */
const digest = (row: string): string => hash('sha256', row, 'base64url');

function* read(database: DatabaseSync): Steps<Stored> {
  const meta = new Map<string, unknown>();
  for (const { key, value } of database.prepare('SELECT key, value FROM meta').all() as {
    key: string;
    value: string;
  }[]) {
    meta.set(key, JSON.parse(value));
  }
  if (meta.get('version') !== VERSION) throw new Damage('The state was written by another version.');
  const rows = database.prepare('SELECT path, children FROM folders WHERE tree = ?');
  const deviation = rows.all('remote') as unknown as FolderRow[];
  const stored: (BaseRow & { readonly isIntact: boolean })[] = [];
  for (const row of database.prepare(BASE_ROWS).iterate() as Iterable<unknown> as Iterable<BaseRow>) {
    stored.push({ ...row, isIntact: row.holds !== null && row.holds === digest(row.children) });
    yield;
  }
  const { tree: base, folders } = yield* readTree(stored);
  const knownFolders = new Map<string, KnownFolder>();
  for (const { path, names, stamps, isIntact } of stored) {
    const holds = folders.get(path);
    if (isIntact && holds && names !== null && stamps) knownFolders.set(path, { listing: { names, stamps }, holds });
  }
  const cursor = meta.get('cursor') as Cursor | null | undefined;
  const state: BaseState = {
    base,
    remote: cursor ? { tree: yield* readDeviation(deviation, base), cursor } : null,
    conflicts: (meta.get('conflicts') as Conflict[] | undefined) ?? [],
    deletions: (meta.get('deletions') as StoredDeletions | null | undefined) ?? null,
    roots: (meta.get('roots') as Roots | undefined) ?? {},
  };
  return { state, knownFolders };
}

class Damage extends Error {}

/** What SQLite says of a file that is damaged, is no database or lacks a table (1), and whatever our own reading makes of bad rows. */
function isDamage(error: unknown): boolean {
  if (error instanceof Damage || error instanceof SyntaxError) return true;
  if (!(error instanceof Error) || error instanceof SynclineError) return false;
  if ('errcode' in error) return DAMAGE.includes(Number(error.errcode));
  return !('code' in error);
}

const DAMAGE: readonly number[] = [SQLITE.damaged, SQLITE.noDatabase, 1];

function saveError(error: unknown): SynclineError {
  const code = sqliteCode(error);
  if (code === SQLITE.full)
    return new SynclineError('DiskFull', 'The state of the target cannot be saved: the disk is full.', {
      cause: error,
    });
  return diskError(
    code === undefined
      ? error
      : new SynclineError('StorageFailed', 'The state of the target cannot be saved.', { cause: error }),
    'save the state of the target',
  );
}

const deviationOf = ({ base, remote }: BaseState): { from: Tree; tree: Tree } =>
  remote ? { from: base, tree: remote.tree } : { from: base, tree: base };

function toRecord(files: readonly (readonly [string, KnownFile])[]): Record<string, KnownFile> {
  const record = Object.create(null) as Record<string, KnownFile>;
  for (const [name, known] of files) record[name] = known;
  return record;
}
