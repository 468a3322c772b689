import { hash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type ContentId, EMPTY_CONTENT, isContentId } from '../../../server/protocol/contentId.ts';
import { createExclusive } from '../../../server/protocol/disk/atomicFile.ts';
import { diskError, errnoOf } from '../../../server/protocol/disk/diskError.ts';
import { syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import { namesIn } from '../../../server/protocol/disk/namesIn.ts';
import { placeNew } from '../../../server/protocol/disk/placeNew.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentPart } from '../../../server/protocol/messages/content.ts';
import type { ContentSink, ContentWriter } from '../../../server/protocol/transfer/contentSink.ts';
import { isRunning } from '../../../server/protocol/isRunning.ts';
import { STATE_FOLDER } from '../../../server/protocol/wirePath.ts';
import { KEEP_PARTS_MS, NEW_FILE, PartWriter, SMALLEST_PART } from '../partWriter.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';

/**
 * Contents on their way into a local folder: whole, verified and durable in `.syncline/` there, which no scan looks into, so
 * that each can then be moved to its place in one step. `close` leaves nothing behind but the beginnings of large contents
 * whose transfer broke: the next attempt goes on from there, and does the same for one that died before it could.
 */
export class StagedContents implements ContentSink {
  readonly #state: string;
  /** Of this attempt alone. */
  readonly #folder: string;
  /** Of whoever comes next: taken by renaming, so that two attempts never write to one file. */
  readonly #parts: string;
  readonly #done = new Set<ContentId>();

  constructor(root: string) {
    this.#state = join(root, STATE_FOLDER);
    this.#folder = join(this.#state, `${OWN_PREFIX}${randomUUID()}`);
    this.#parts = join(this.#state, 'parts');
    orDiskError(() => makeFolders(this.#folder, 0o700));
    orDiskError(() => this.#closeDead());
    orDiskError(() => this.#dropOldParts());
  }

  /** Bytes of a content that an earlier attempt left here; they are this attempt's from now on. */
  resume(content: ContentId, size: number): number {
    const file = join(this.#folder, content);
    return orDiskError(() => {
      try {
        renameSync(join(this.#parts, content), file);
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return 0;
        throw error;
      }
      const found = lstatSync(file);
      if (found.isFile() && found.size >= SMALLEST_PART && found.size < size) return found.size;
      rmSync(file, { force: true });
      return 0;
    });
  }

  open(part: ContentPart): Promise<ContentWriter> {
    const file = join(this.#folder, part.content);
    try {
      const writer = new PartWriter(file, part, () => {});
      return Promise.resolve({
        write: (bytes) => writer.write(bytes),
        abort: () => writer.abort(),
        finish: async () => {
          await writer.finish();
          await syncToDisk([file]).catch((error: unknown) => {
            throw diskError(error, STORING);
          });
          this.#done.add(part.content);
        },
      });
    } catch (error) {
      return Promise.reject(diskError(error, STORING));
    }
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
      placeNew(staged, path);
    } finally {
      rmSync(staged, { force: true });
    }
  }

  close(): void {
    this.#closeFolder(this.#folder);
    for (const folder of [this.#parts, this.#state]) {
      try {
        rmdirSync(folder);
      } catch {
        // it was never made, or holds something
      }
    }
  }

  /** What attempts left that were killed; one that is under way is left alone. */
  #closeDead(): void {
    for (const name of namesIn(this.#state)) {
      const folder = join(this.#state, name);
      if (name.startsWith('get-') && isDead(name, folder)) this.#closeFolder(folder);
    }
  }

  #closeFolder(folder: string): void {
    this.#keepParts(folder);
    rmSync(folder, { recursive: true, force: true });
  }

  #keepParts(from: string): void {
    try {
      for (const name of namesIn(from)) {
        if (!isContentId(name) || this.#done.has(name)) continue;
        if (lstatSync(join(from, name)).size < SMALLEST_PART) continue;
        makeFolders(this.#parts, 0o700);
        renameSync(join(from, name), join(this.#parts, name));
      }
    } catch {
      // what cannot be kept is fetched again
    }
  }

  #dropOldParts(): void {
    for (const name of namesIn(this.#parts)) {
      const file = join(this.#parts, name);
      const kept = lstatSync(file, { throwIfNoEntry: false });
      if (kept && Date.now() - kept.mtimeMs > KEEP_PARTS_MS) rmSync(file, { recursive: true, force: true });
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

const STORING = 'store what was downloaded';

/** Tells apart the machines that share a folder: a process can be looked for on its own alone. */
const MACHINE = hash('sha256', hostname()).slice(0, 8);
const OWN_PREFIX = `get-${MACHINE}-${process.pid}-`;

/** Of another machine, or a name of another making: nobody has come back to it for a day. */
function isDead(name: string, folder: string): boolean {
  const [, machine, pid] = /^get-([0-9a-f]{8})-(\d+)-/.exec(name) ?? [];
  if (machine === MACHINE && pid !== undefined) return !isRunning(Number(pid));
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > KEEP_PARTS_MS;
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
