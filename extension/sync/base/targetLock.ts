import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';

/**
 * Keeps a second process from syncing the same target. The lock is the operating system's, on a file of SQLite, and so ends
 * with the process however that ends: there is nothing stale to be taken over.
 */
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
    const database = new DatabaseSync(join(stateDirectory, 'lock.db'));
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw new SynclineError('TargetBusy', busy(owner), { cause: error });
    }
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
