import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { takeLock } from '../../protocol/disk/sqliteLock.ts';
import { SynclineError } from '../../protocol/errors.ts';
import { databaseError } from './databaseError.ts';
import { SCHEMA, SCHEMA_VERSION, UPGRADES } from './schema.ts';

/** A statement with the shape of its rows, which is what its text says and nobody checks. */
export interface Query<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  run(...values: SQLInputValue[]): number;
}

/** Statements that are prepared when they are first used, and kept; the text of each must name the columns of `Row`. */
export interface Connection {
  query<Row = never>(text: string): Query<Row>;
}

/**
 * `index.db`: one connection writes, one reads. The reader sees committed transactions only, so a transaction may stay open
 * while files are moved, and nobody is told of what may still be undone.
 *
 * A second process that opens the same state folder is turned away; the lock ends with the process, however that ends.
 */
export class IndexDatabase {
  readonly writer: Connection;
  readonly reader: Connection;
  /** Changes when the numbering of revisions begins anew. */
  readonly epoch: string;
  readonly #write: DatabaseSync;
  readonly #read: DatabaseSync;
  readonly #locks: readonly DatabaseSync[];

  private constructor(locks: readonly DatabaseSync[], write: DatabaseSync, read: DatabaseSync, epoch: string) {
    this.#locks = locks;
    this.#write = write;
    this.#read = read;
    this.writer = connection(write);
    this.reader = connection(read);
    this.epoch = epoch;
  }

  /**
   * `locked`: the folders that no other process may serve from at the same time.
   * @throws SynclineError `TargetBusy` when one does, `AccessDenied`, `DiskFull`, `StorageFailed` (a damaged file, or one
   * that a later version of Syncline wrote).
   */
  static open(folder: string, locked: readonly string[]): IndexDatabase {
    const opened: DatabaseSync[] = [];
    const held = (database: DatabaseSync): DatabaseSync => {
      opened.push(database);
      return database;
    };
    const open = (file: string, readOnly = false): DatabaseSync => held(new DatabaseSync(file, { readOnly }));
    try {
      const locks = [...new Set(locked)].map((each) => held(takeLock(join(each, 'lock.db'))));
      const write = open(join(folder, 'index.db'));
      write.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
      const epoch = prepareSchema(write);
      return new IndexDatabase(locks, write, open(join(folder, 'index.db'), true), epoch);
    } catch (error) {
      for (const database of opened.toReversed()) database.close();
      throw databaseError(error);
    }
  }

  /** Which share the index belongs to; undefined for a new one. */
  get share(): string | undefined {
    return this.writer.query<{ value: string }>("SELECT value FROM meta WHERE key = 'share'").get()?.value;
  }

  setShare(id: string): void {
    this.writer.query("INSERT OR REPLACE INTO meta (key, value) VALUES ('share', ?)").run(id);
  }

  /** A value that belongs to the index as a whole; setting it takes part in the transaction that is open. */
  get(key: string): string | undefined {
    return this.writer.query<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value;
  }

  set(key: string, value: string): void {
    this.writer.query('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  begin(): void {
    guarded(() => this.#write.exec('BEGIN IMMEDIATE'));
  }

  /** Durable when it returns. @throws whatever SQLite says; then nothing of the transaction is kept. */
  commit(): void {
    try {
      this.#write.exec('COMMIT');
    } catch (error) {
      this.rollback();
      throw databaseError(error);
    }
  }

  rollback(): void {
    // a full disk may already have ended the transaction
    if (this.#write.isTransaction) this.#write.exec('ROLLBACK');
  }

  close(): void {
    this.#read.close();
    this.#write.close();
    for (const lock of this.#locks) lock.close();
  }
}

function prepareSchema(database: DatabaseSync): string {
  const { version } = database.prepare('SELECT user_version AS version FROM pragma_user_version').get() as {
    version: number;
  };
  if (version > SCHEMA_VERSION)
    throw new SynclineError('StorageFailed', "The share's index was written by a later version of Syncline.");
  if (version === 0) {
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA}`);
    database.prepare("INSERT INTO meta (key, value) VALUES ('epoch', ?)").run(randomUUID());
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } else if (version < SCHEMA_VERSION) {
    const steps = UPGRADES.slice(version - 1).join('');
    database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  }
  const row = database.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string } | undefined;
  if (!row) throw new SynclineError('StorageFailed', "The share's index is damaged.");
  return row.value;
}

function connection(database: DatabaseSync): Connection {
  return {
    query<Row>(text: string): Query<Row> {
      let prepared: StatementSync | undefined;
      const statement = (): StatementSync => (prepared ??= database.prepare(text));
      return {
        get: (...values) => guarded(() => statement().get(...values) as Row | undefined),
        all: (...values) => guarded(() => statement().all(...values) as Row[]),
        run: (...values) => guarded(() => Number(statement().run(...values).changes)),
      };
    },
  };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(error);
  }
}
