import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from './diskError.ts';
import { placeNew } from './placeNew.ts';
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
 * bytes: a temporary file beside it, fsync, rename, fsync of the folder. Its name is always the same, so that what a process
 * left there that died goes with the next call; nobody else may replace the file at the same time. Throws what the file system
 * throws; the old file is then untouched.
 */
export async function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`;
  try {
    writeSynced(temporary, bytes, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  await syncPath(dirname(path));
}

/**
 * Makes a small file that did not exist, in a folder that is not Syncline's own, private to its owner: whole and durable, or not
 * at all. Throws what the file system throws, EEXIST when anything is there. A process that dies may leave a file beside it, which
 * the next call removes, and {@link tidyPlace}.
 */
export async function placeFile(path: string, text: string): Promise<void> {
  const temporary = besideOf(path);
  try {
    writeSynced(temporary, text, 0o600);
    placeNew(temporary, path);
  } finally {
    tidyPlace(path);
  }
  await syncPath(dirname(path));
}

/** Removes what a process left that died in {@link placeFile}. */
export function tidyPlace(path: string): void {
  rmSync(besideOf(path), { force: true });
}

const besideOf = (path: string): string => join(dirname(path), `.${basename(path)}.syncline`);

function writeSynced(path: string, bytes: Uint8Array | string, mode: number): void {
  const descriptor = createAnew(path, mode);
  try {
    writeFully(descriptor, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
