import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ContentHasher, type ContentId, EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { createExclusive } from '../../../server/protocol/disk/atomicFile.ts';
import { diskError, errnoOf } from '../../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentSink, ContentWriter } from '../../../server/protocol/transfer/contentSink.ts';
import { STATE_FOLDER } from '../../../server/protocol/wirePath.ts';

const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/**
 * Contents on their way into a local folder: whole, verified and durable in `.syncline/` there, which no scan looks into, so
 * that each can then be moved to its place in one step. `close` leaves nothing behind.
 */
export class StagedContents implements ContentSink {
  readonly #state: string;
  readonly #folder: string;
  readonly #done = new Set<ContentId>();

  constructor(root: string) {
    this.#state = join(root, STATE_FOLDER);
    this.#folder = join(this.#state, `get-${randomUUID()}`);
    orDiskError(() => mkdirSync(this.#folder, { recursive: true, mode: 0o700 }));
  }

  open({ content }: { readonly content: ContentId }): Promise<ContentWriter> {
    return Promise.resolve(new StagedWriter(join(this.#folder, content), content, () => this.#done.add(content)));
  }

  /**
   * Moves a content to `path`, or a copy of it while others want it too. Nothing is overwritten unless `replace` is given.
   * @throws what the file system throws: EEXIST when something is there.
   */
  place(content: ContentId, path: string, how: { executable: boolean; replace: boolean; last: boolean }): void {
    const staged = this.#fileFor(content, how.last);
    try {
      if (how.executable) makeExecutable(staged);
      if (how.replace) return renameSync(staged, path);
      linkOrMove(staged, path);
    } finally {
      rmSync(staged, { force: true });
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    try {
      rmdirSync(this.#state);
    } catch {
      // others use it too
    }
  }

  #fileFor(content: ContentId, last: boolean): string {
    const staged = join(this.#folder, content);
    if (content === EMPTY_CONTENT) closeSync(createExclusive(staged, NEW_FILE));
    else if (!this.#done.has(content)) throw new SynclineError('ContentGone');
    if (last || content === EMPTY_CONTENT) return staged;
    const copy = join(this.#folder, randomUUID());
    copyFileSync(staged, copy);
    const descriptor = openSync(copy, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
    return copy;
  }
}

class StagedWriter implements ContentWriter {
  readonly #path: string;
  readonly #content: ContentId;
  readonly #done: () => void;
  readonly #hasher = new ContentHasher();
  #file: number | null;

  constructor(path: string, content: ContentId, done: () => void) {
    this.#path = path;
    this.#content = content;
    this.#done = done;
    this.#file = orDiskError(() => createExclusive(path, NEW_FILE));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hasher.update(bytes);
    const file = this.#file as number;
    await writeAll(file, bytes).catch((error: unknown) => {
      throw diskError(error, STORING);
    });
  }

  async finish(): Promise<void> {
    await fsyncAsync(this.#file as number).catch((error: unknown) => {
      throw diskError(error, STORING);
    });
    this.#close();
    if (this.#hasher.finish() !== this.#content) throw new SynclineError('ContentMismatch');
    this.#done();
  }

  abort(): Promise<void> {
    this.#close();
    rmSync(this.#path, { force: true });
    return Promise.resolve();
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/** Permission bits asked for; the umask takes from them. */
const NEW_FILE = 0o666;

const STORING = 'store what was downloaded';

async function writeAll(file: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await writeAsync(file, bytes, at)).bytesWritten;
}

function orDiskError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, STORING);
  }
}

/** For whom it may be read may run it, as far as the process's umask lets new files be read. */
function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  chmodSync(file, (mode | ((mode & 0o444) >> 2)) & 0o777);
}

/**
 * A hard link fails where something exists, which a rename would replace. Some file systems have no hard links; there the
 * look right before the rename has to do.
 */
function linkOrMove(from: string, to: string): void {
  try {
    linkSync(from, to);
    unlinkSync(from);
  } catch (error) {
    if (!NO_LINKS.has(errnoOf(error) ?? '')) throw error;
    if (lstatSync(to, { throwIfNoEntry: false })) throw new SynclineError('AlreadyExists', undefined, { cause: error });
    renameSync(from, to);
  }
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
