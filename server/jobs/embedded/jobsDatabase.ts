import { DatabaseSync } from 'node:sqlite';
import { SQLITE, sqliteCode } from '../../protocol/disk/sqliteLock.ts';
import { SynclineError } from '../../protocol/errors.ts';

/** Version of the tables below; a file that another version wrote is not touched. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  -- The number of the last event of an owner's jobs.
  CREATE TABLE owners (
    owner TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- number: order of submission. fence: grows with each claim. waits_*: what a queued job still waits for.
  -- size: bytes of the params. error: JSON.
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    request_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    state TEXT NOT NULL,
    progress REAL NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    expires_at INTEGER,
    error TEXT,
    seq INTEGER NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    waits_share TEXT,
    waits_epoch TEXT,
    waits_rev INTEGER,
    UNIQUE (owner, request_id)
  ) STRICT;
  CREATE INDEX jobs_by_event ON jobs (owner, seq);
  CREATE INDEX jobs_by_owner ON jobs (owner, number);
  CREATE INDEX jobs_by_state ON jobs (state, number);
  CREATE INDEX jobs_by_expiry ON jobs (expires_at) WHERE expires_at IS NOT NULL;

  -- Apart, so that looking through jobs does not drag their data along. Long params go when the job ends.
  CREATE TABLE payloads (
    number INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
    params TEXT,
    result TEXT
  ) STRICT;

  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const LONGEST_GATHER_MS = 10;

interface Pending {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: SynclineError) => void;
}

/**
 * The file of the jobs. One process at a time has it open: the lock ends with the process, however that ends.
 *
 * What is written at about the same time becomes durable together, with one sync of the disk.
 */
export class JobsDatabase {
  readonly db: DatabaseSync;
  #pending: Pending[] = [];
  #last = { at: Number.NEGATIVE_INFINITY, tookMs: 0 };
  #closed = false;

  /** @throws SynclineError `TargetBusy` when another process has it open, `StorageFailed` when it is no such file. */
  constructor(path: string) {
    this.db = openDatabase(path);
    try {
      this.db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      // The lock is taken with the first write.
      this.db.exec('BEGIN IMMEDIATE; COMMIT;');
      this.#prepareSchema();
    } catch (error) {
      this.db.close();
      throw databaseError(error);
    }
  }

  /**
   * Runs `work`, which only uses the database, in a transaction of its own or together with others. Resolves when what it
   * wrote is durable; rejects with what it throws, and then nothing of it is kept.
   */
  write<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new SynclineError('ServerStopping'));
    return new Promise<T>((resolve, reject) => {
      let value: T;
      if (this.#pending.length === 0) this.#flushSoon();
      this.#pending.push({ work: () => void (value = work()), resolve: () => resolve(value), reject });
    });
  }

  /** Runs `work`, which only reads. It sees what is durable and nothing else. */
  async read<T>(work: () => T): Promise<T> {
    if (this.#closed) throw new SynclineError('ServerStopping');
    try {
      return work();
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** What has been handed to `write` is still written. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.db.close();
  }

  /** At once when the disk was idle; else after as long as the last write took, so that more can join. */
  #flushSoon(): void {
    const { at, tookMs } = this.#last;
    if (performance.now() - at > tookMs) setImmediate(() => this.#flush());
    else setTimeout(() => this.#flush(), Math.min(tookMs, LONGEST_GATHER_MS));
  }

  #flush(): void {
    const begun = performance.now();
    this.#flushPending();
    const at = performance.now();
    this.#last = { at, tookMs: at - begun };
  }

  #flushPending(): void {
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    const settle: (() => void)[] = [];
    try {
      this.db.exec('BEGIN IMMEDIATE');
      for (const pending of batch) settle.push(this.#run(pending));
      this.db.exec('COMMIT');
    } catch (error) {
      this.#tryExec('ROLLBACK');
      for (const { reject } of batch) reject(databaseError(error));
      return;
    }
    for (const tell of settle) tell();
  }

  /** What to do once the transaction is durable. A failure undoes this piece of work alone. */
  #run({ work, resolve, reject }: Pending): () => void {
    this.db.exec('SAVEPOINT work');
    try {
      work();
      this.db.exec('RELEASE work');
      return resolve;
    } catch (error) {
      // A full disk may already have rolled the whole transaction back; then everybody in it has to hear.
      if (!this.#tryExec('ROLLBACK TO work; RELEASE work')) throw error;
      return () => reject(databaseError(error));
    }
  }

  #tryExec(sql: string): boolean {
    try {
      this.db.exec(sql);
      return true;
    } catch {
      return false;
    }
  }

  #prepareSchema(): void {
    const { user_version: version } = this.db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version === 0) this.db.exec(`BEGIN; ${SCHEMA} COMMIT;`);
    else if (version !== SCHEMA_VERSION) {
      throw new SynclineError('StorageFailed', `The job file was written by another version of Syncline (${version}).`);
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { enableForeignKeyConstraints: true });
  } catch (error) {
    throw databaseError(error);
  }
}

function databaseError(error: unknown): SynclineError {
  if (error instanceof SynclineError) return error;
  const code = sqliteCode(error);
  if (code === SQLITE.full) return new SynclineError('DiskFull', undefined, { cause: error });
  if (code === SQLITE.busy || code === SQLITE.locked) {
    return new SynclineError('TargetBusy', 'Another server is using this state folder.', { cause: error });
  }
  return new SynclineError('StorageFailed', undefined, { cause: error });
}
