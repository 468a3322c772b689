import { randomUUID } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './diskError.ts';
import { syncPath } from './syncToDisk.ts';

/**
 * Makes a file that did not exist, private to its owner unless `mode` says otherwise, and opens it for writing. Fails with
 * EEXIST when anything is at the path, a dangling link included.
 */
export function createExclusive(path: string, mode = 0o600): number {
  return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), mode);
}

/** The same in place of what an earlier attempt may have left. */
export function createAnew(path: string, mode?: number): number {
  try {
    return createExclusive(path, mode);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    unlinkSync(path);
    return createExclusive(path, mode);
  }
}

/** Makes a file anew with these bytes and leaves it open, for syncing it. Where that fails nothing stays open. */
export function writeAnew(path: string, bytes: Uint8Array, mode?: number): number {
  const descriptor = createAnew(path, mode);
  try {
    writeFully(descriptor, bytes);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Writes all of `bytes`; a single write may be cut short by the system. */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number | null = null): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === null ? null : position + written;
    written += writeSync(descriptor, bytes, written, bytes.length - written, at);
  }
}

/**
 * Replaces a small file of Syncline's own (a token, a record) so that a reader and a power cut see the old or the new
 * bytes: a temporary file beside it, fsync, rename, fsync of the folder. Throws what the file system throws; the old file
 * is then untouched.
 */
export async function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const descriptor = createExclusive(temporary, mode);
    try {
      writeFully(descriptor, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(path));
}
