import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a lock that is the operating system's, on a file of SQLite, and so ends with the process however that ends: there is
 * nothing stale to be taken over. It is held until the database is closed. Throws what SQLite says: {@link SQLITE}.busy
 * when somebody else holds it.
 */
export function takeLock(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's primary result codes. */
export const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  damaged: 11,
  full: 13,
  cannotOpen: 14,
  noDatabase: 26,
} as const;

/** The primary result code that an error of SQLite carries. */
export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}
