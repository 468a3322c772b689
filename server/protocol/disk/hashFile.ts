import { type BigIntStats, closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher, type ContentId, contentIdOf } from '../contentId.ts';
import { SynclineError } from '../errors.ts';
import { printable } from '../wirePath.ts';
import { diskError } from './diskError.ts';
import { Jail } from './jail.ts';
import { identityOf, nowNs, sameIdentity, type StatIdentity } from './statIdentity.ts';
import { TimeSlice } from './timeSlice.ts';

export interface HashedFile {
  readonly content: ContentId;
  /** Bytes. */
  readonly size: number;
  /** What the file was while it was read: the same before and after. */
  readonly identity: StatIdentity;
  /** When the first byte was read, on this machine's clock in nanoseconds: what the racy rule wants. */
  readonly readAtNs: bigint;
}

/**
 * The content of the file at an absolute path, called `name` in messages. Only regular files are read, and a link at the
 * end of the path is never followed.
 *
 * @throws SynclineError `Changed` when someone wrote to the file meanwhile, `NotAFile` or `UnsupportedType` for anything but
 * a file, `Cancelled`, otherwise what the disk says.
 */
export async function hashFile(path: string, name: string, signal?: AbortSignal): Promise<HashedFile> {
  try {
    return await hashOpened(openRegular(path), signal);
  } catch (error) {
    throw readError(error, name);
  }
}

/**
 * The contents of many files below a root, in the order asked for; a file that cannot be read gives its error in place of a
 * result, and the others go on. Folders on the way are never followed through links. Small files are read in slices of about
 * 10 ms of synchronous work (ten times faster than a promise per file), large ones in the background one after the other.
 *
 * @throws SynclineError `Cancelled`, or what opening the root says.
 */
export async function hashFiles(
  root: string,
  paths: readonly string[],
  options: HashOptions = {},
): Promise<(HashedFile | SynclineError)[]> {
  const results: (HashedFile | SynclineError)[] = [];
  const slice = new TimeSlice();
  const buffer = Buffer.allocUnsafeSlow(SMALL);
  let jail: Jail | undefined;
  try {
    jail = Jail.open(root);
    for (const path of paths) {
      if (slice.spent) {
        options.onHashed?.(results.length);
        await slice.rest(options.signal);
      }
      try {
        const file = openRegular(jail.at(path));
        if (file.stat.size > SMALL) results.push(await hashOpened(file, options.signal));
        else {
          const hashed = hashSmall(file, buffer);
          const index = results.push(hashed) - 1;
          const busy = options.onContent?.(index, hashed, buffer.subarray(0, hashed.size));
          if (busy) await busy;
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        results.push(readError(error, path));
      }
    }
    return results;
  } catch (error) {
    throw readError(error, '');
  } finally {
    jail?.close();
  }
}

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onHashed?: (count: number) => void;
  /** Given each small file that was read, by its index; `bytes` are good until it returns. A promise holds the rest back. */
  readonly onContent?: ((index: number, file: HashedFile, bytes: Uint8Array) => Promise<void> | undefined) | undefined;
}

/** Up to here a file is read in one synchronous piece. */
const SMALL = 256 * 1024;
const PIECE = 1024 * 1024;

interface OpenedFile {
  readonly descriptor: number;
  readonly stat: BigIntStats;
  readonly openedAtNs: bigint;
}

/** O_NONBLOCK: opening a named pipe must not wait for a writer. Windows knows neither flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function openRegular(path: string): OpenedFile {
  const descriptor = openSync(path, OPEN_FLAGS);
  const openedAtNs = nowNs();
  const stat = fstatSync(descriptor, { bigint: true });
  if (stat.isFile()) return { descriptor, stat, openedAtNs };
  closeSync(descriptor);
  throw new SynclineError(stat.isDirectory() ? 'NotAFile' : 'UnsupportedType');
}

function hashSmall(file: OpenedFile, buffer: Buffer): HashedFile {
  const { descriptor, stat } = file;
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, length);
      if (count === 0) break;
      length += count;
      if (length === Number(stat.size)) break;
    }
    return unchanged(file, contentIdOf(buffer.subarray(0, length)), length);
  } finally {
    closeSync(descriptor);
  }
}

async function hashOpened(file: OpenedFile, signal?: AbortSignal): Promise<HashedFile> {
  const { descriptor, stat } = file;
  try {
    const hasher = new ContentHasher();
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, Number(stat.size) + 1));
    let length = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, length);
      if (bytesRead === 0) break;
      hasher.update(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return unchanged(file, hasher.finish(), length);
  } finally {
    closeSync(descriptor);
  }
}

const readAsync = promisify(read);

function unchanged({ descriptor, stat, openedAtNs }: OpenedFile, content: ContentId, size: number): HashedFile {
  const identity = identityOf(stat);
  if (size !== identity.size || !sameIdentity(identity, identityOf(fstatSync(descriptor, { bigint: true }))))
    throw new SynclineError('Changed', 'The file changed while it was read.');
  return { content, size, identity, readAtNs: openedAtNs };
}

function readError(error: unknown, name: string): SynclineError {
  return diskError(
    error,
    name === '' ? 'read the folder' : `read “${printable(name)}”`,
    name === '' ? undefined : name,
  );
}
