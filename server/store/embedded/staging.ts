import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  readdirSync,
  rmSync,
  statfsSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ContentId, isContentId } from '../../protocol/contentId.ts';
import { createExclusive } from '../../protocol/disk/atomicFile.ts';
import type { BulkSync } from '../../protocol/disk/bulkSync.ts';
import { DescriptorSync } from '../../protocol/disk/descriptorSync.ts';
import { hashFile } from '../../protocol/disk/hashFile.ts';
import { openForSync } from '../../protocol/disk/syncToDisk.ts';
import { SynclineError } from '../../protocol/errors.ts';
import { removeLeftover } from './removeLeftover.ts';
import { makeFolders } from '../../protocol/disk/makeFolders.ts';

/** A content that is complete and checked, in a file of its own that may be moved into the share. */
export interface StagedFile {
  readonly content: ContentId;
  readonly size: number;
  readonly file: string;
  /** Resolves once the file is durable. */
  readonly synced: Promise<void>;
}

/** Staged content is kept this long. */
const KEEP_MS = 24 * 3600 * 1000;

/**
 * `staging/`: contents that were uploaded and not committed yet, in files named by content id; they are complete once
 * their hash was found right, which only this process remembers. So what a restart finds counts as the beginning of an upload,
 * and is checked as a whole when the upload goes on. Besides temporary files, which no restart survives.
 */
export class Staging {
  /** Permission bits of a new file under the process's umask. */
  readonly newFileMode: number;
  readonly #folder: string;
  readonly #complete = new Map<ContentId, StagedFile>();
  /** Contents whose file is being written, and those whose file is on its way into the share. */
  readonly #inUse = new Set<ContentId>();
  readonly #taken = new Set<ContentId>();
  /** Contents of which a part may be here. */
  readonly #parts = new Set<ContentId>();
  readonly #disk: DescriptorSync;
  #counter = 0;
  /** What the disk can still take, as of the last time it was asked. */
  #room = 0;
  #roomUntil = 0;

  /** Throws what the file system says. */
  constructor(folder: string, bulkSync?: BulkSync) {
    this.#folder = folder;
    this.#disk = new DescriptorSync(folder, bulkSync);
    makeFolders(folder, 0o700);
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      // two names: a crash came between the two halves of a move into the share
      if (!isContentId(name) || lstatSync(file).nlink > 1) rmSync(file, { recursive: true, force: true });
      else this.#parts.add(name);
    }
    this.newFileMode = this.#probeMode();
  }

  get count(): number {
    return this.#complete.size;
  }

  has(content: ContentId): boolean {
    return this.#complete.has(content);
  }

  /** Bytes of a broken upload that are here. */
  offsetOf(content: ContentId): number {
    if (!this.#parts.has(content) || this.#inUse.has(content) || this.#taken.has(content)) return 0;
    const stat = lstatSync(this.partOf(content), { throwIfNoEntry: false });
    return stat?.nlink === 1 ? stat.size : 0;
  }

  /** Where the upload of a content is written, if nobody else writes it. */
  partOf(content: ContentId): string {
    return join(this.#folder, content);
  }

  /** A name that nobody else uses. */
  temporary(): string {
    return join(this.#folder, `tmp-${++this.#counter}`);
  }

  /** Whether the caller may write the content's part; it then has to {@link release} it. */
  reserve(content: ContentId): boolean {
    if (this.#inUse.has(content) || this.#taken.has(content) || this.#complete.has(content)) return false;
    this.#inUse.add(content);
    return true;
  }

  /** The upload of a content has broken off; what came stays. */
  keepPart(content: ContentId): void {
    this.#parts.add(content);
  }

  release(content: ContentId): void {
    this.#inUse.delete(content);
  }

  /** Takes a written and checked file in; it becomes durable in the background. Closes the descriptor. */
  async complete(content: ContentId, file: string, size: number, descriptor: number): Promise<void> {
    if (this.#complete.has(content)) {
      closeSync(descriptor);
      unlinkSync(file);
      return;
    }
    this.#keep(this.sync(content, file, size, descriptor));
    await this.#disk.room();
  }

  /** The same for a file that is not for everyone. It gets the mode of a new file. */
  sync(content: ContentId, file: string, size: number, descriptor: number): StagedFile {
    fchmodSync(descriptor, this.newFileMode);
    return { content, size, file, synced: this.#disk.sync([descriptor]) };
  }

  /** Takes in files that were made with {@link newFileMode}; they become durable together. Closes the descriptors. */
  completeAll(files: readonly Omit<StagedFile, 'synced'>[], descriptors: readonly number[]): Promise<void> {
    if (descriptors.length === 0) return Promise.resolve();
    const synced = this.#disk.sync(descriptors);
    for (const file of files) this.#keep({ ...file, synced });
    return this.#disk.room();
  }

  /** What the disk could not sync is not offered to later commits: it has to be written once more, and may then be. */
  #keep(staged: StagedFile): void {
    this.#complete.set(staged.content, staged);
    staged.synced.catch(() => {
      if (this.#complete.get(staged.content) !== staged) return;
      this.#complete.delete(staged.content);
      removeLeftover(staged.file);
    });
  }

  get(content: ContentId): StagedFile | undefined {
    return this.#complete.get(content);
  }

  /**
   * The caller owns the file from now on. Until it calls {@link free}, nobody else writes to a file of that name.
   */
  take(content: ContentId): StagedFile | undefined {
    const staged = this.#complete.get(content);
    if (staged) this.#taken.add(content);
    this.#complete.delete(content);
    return staged;
  }

  /** The file that {@link take} gave has found its place. */
  free(content: ContentId): void {
    this.#taken.delete(content);
  }

  /** Takes back what {@link take} gave, unless it was used after all, or there is another one of that content. */
  putBack(staged: StagedFile): void {
    if (this.#complete.has(staged.content) || !this.#isUntouched(staged.file)) removeLeftover(staged.file);
    else this.#complete.set(staged.content, staged);
  }

  /** Turns what is here of a content into a staged one if it is all there, as after a restart. */
  async recover(content: ContentId, size: number): Promise<boolean> {
    if (this.offsetOf(content) !== size || !this.reserve(content)) return this.has(content);
    const file = this.partOf(content);
    try {
      const hashed = await hashFile(file, 'a staged file');
      if (hashed.content === content) await this.complete(content, file, size, openForSync(file));
      else unlinkSync(file);
    } finally {
      this.release(content);
    }
    return this.has(content);
  }

  /** @throws SynclineError `DiskFull` when the disk could not take so much more and keep a reserve. */
  requireRoom(bytes: number): void {
    this.#room -= bytes;
    if (this.#room > 0 && performance.now() < this.#roomUntil) return;
    const { bavail, blocks, bsize } = statfsSync(this.#folder);
    const reserve = Math.min(RESERVE, (blocks * bsize) / 50);
    this.#room = bavail * bsize - bytes - reserve;
    this.#roomUntil = performance.now() + ROOM_MS;
    if (this.#room < 0) throw new SynclineError('DiskFull');
  }

  /** Removes what has been lying about for a day. */
  clean(now: number): void {
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (!isContentId(name) || !stat || this.#inUse.has(name) || this.#taken.has(name) || now - stat.mtimeMs < KEEP_MS)
        continue;
      this.#complete.delete(name);
      rmSync(file, { force: true });
    }
  }

  #isUntouched(file: string): boolean {
    try {
      if (lstatSync(file).nlink !== 1) return false;
      chmodSync(file, this.newFileMode);
      return true;
    } catch {
      return false;
    }
  }

  #probeMode(): number {
    const file = this.temporary();
    const descriptor = createExclusive(file, 0o666);
    try {
      return fstatSync(descriptor).mode & 0o666;
    } finally {
      closeSync(descriptor);
      unlinkSync(file);
    }
  }
}

/** Left free on a large disk, bytes; a small one keeps a fiftieth. */
const RESERVE = 64 * 1024 * 1024;
/** How long the answer of the disk is good. */
const ROOM_MS = 200;
