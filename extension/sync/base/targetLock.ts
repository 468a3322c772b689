import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { SQLITE, sqliteCode, takeLock } from '../../../server/protocol/disk/sqliteLock.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';

/** Keeps a second process from syncing the same target. */
export class TargetLock {
  readonly #database: DatabaseSync;
  readonly #owner: string;

  private constructor(database: DatabaseSync, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  /** @throws SynclineError `TargetBusy`, naming the process where that is known; what the disk says otherwise. */
  static acquire(stateDirectory: string): TargetLock {
    const owner = join(stateDirectory, 'owner.txt');
    const database = takeFor(stateDirectory, owner);
    try {
      writeFileSync(owner, `${process.pid}\n`);
    } catch (error) {
      database.close();
      throw diskError(error, 'note whose the target is');
    }
    return new TargetLock(database, owner);
  }

  release(): void {
    try {
      rmSync(this.#owner, { force: true });
    } catch {
      // a note too many: it counts for nothing without the lock
    }
    this.#database.close();
  }
}

function takeFor(stateDirectory: string, owner: string): DatabaseSync {
  try {
    return takeLock(join(stateDirectory, 'lock.db'));
  } catch (error) {
    if (sqliteCode(error) === SQLITE.cannotOpen) throw error;
    throw new SynclineError('TargetBusy', busy(owner), { cause: error });
  }
}

function busy(owner: string): string {
  try {
    const pid = Number.parseInt(readFileSync(owner, 'utf8'), 10);
    if (pid === process.pid) return 'This target is already being synced here.';
    if (pid > 0) return `Another Syncline process (number ${pid}) is syncing this target.`;
  } catch {
    // written a moment after the lock was taken, so it may be missing
  }
  return 'Another Syncline process is syncing this target.';
}
