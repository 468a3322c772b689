import {
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ContentId, contentIdOf, EMPTY_CONTENT, isContentId } from '../../../server/protocol/contentId.ts';
import { createExclusive, writeAnew } from '../../../server/protocol/disk/atomicFile.ts';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { TimeSlice } from '../../../server/protocol/disk/timeSlice.ts';
import { syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import type { BulkSync } from '../../../server/protocol/disk/bulkSync.ts';
import { DescriptorSync } from '../../../server/protocol/disk/descriptorSync.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentPart } from '../../../server/protocol/messages/content.ts';
import type { ContentSink, ContentWriter } from '../../../server/protocol/transfer/contentSink.ts';
import { STATE_FOLDER } from '../../../server/protocol/wirePath.ts';
import { KEEP_PARTS_MS, NEW_FILE, PartWriter, SMALLEST_PART, STORING } from '../../connect/partWriter.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';

const FOLDER = 'fetching';

/**
 * Contents on their way into the local folder: verified and durable in files of their own, on the folder's file system, so
 * that each gets to its place by one rename. Parts of large ones survive an interruption and are resumed.
 */
export class LocalStaging implements ContentSink {
  readonly #folder: string;
  /** In the root: to be removed when nothing is in it. */
  readonly #borrowed: string | undefined;
  readonly #bulkSync: BulkSync | undefined;
  readonly #disk: DescriptorSync;
  /** Of contents that became durable as they came. */
  readonly #syncing: Promise<void>[] = [];
  /** Permission bits that a new file gets here. */
  readonly newFileMode: number;
  readonly #complete = new Set<ContentId>();
  /** More files of a content that several paths need. */
  readonly #copies = new Map<ContentId, string[]>();
  /** Files. */
  readonly #unsynced = new Set<string>();
  #counter = 0;

  private constructor(folder: string, borrowed: string | undefined, bulkSync: BulkSync | undefined) {
    this.#folder = folder;
    this.#bulkSync = bulkSync;
    this.#disk = new DescriptorSync(folder, bulkSync);
    this.#borrowed = borrowed;
    this.newFileMode = this.#probeMode();
  }

  /** In the state folder when it is on the same file system as the root, else in `.syncline` of the root. */
  static open(root: string, stateDirectory: string, bulkSync?: BulkSync): LocalStaging {
    try {
      makeFolders(stateDirectory, 0o700);
      const sameDisk = statSync(root).dev === statSync(stateDirectory).dev;
      const borrowed = sameDisk ? undefined : join(root, STATE_FOLDER);
      const folder = join(borrowed ?? stateDirectory, FOLDER);
      makeFolders(folder, 0o700);
      const staging = new LocalStaging(folder, borrowed, bulkSync);
      tidyFolder(folder);
      return staging;
    } catch (error) {
      throw diskError(error, 'make a folder for what is being fetched');
    }
  }

  /** Removes what a process left that died, wherever that was; for when nothing is being fetched. What cannot go now goes later. */
  static tidy(root: string, stateDirectory: string): void {
    const borrowed = join(root, STATE_FOLDER);
    try {
      if (isFolder(join(stateDirectory, FOLDER))) tidyFolder(join(stateDirectory, FOLDER));
      if (!isFolder(borrowed) || !isFolder(join(borrowed, FOLDER))) return;
      tidyFolder(join(borrowed, FOLDER));
      removeIfEmpty([join(borrowed, FOLDER), borrowed]);
    } catch {
      // the next time
    }
  }

  /** Whether a content is here, whole. */
  has(content: ContentId): boolean {
    return content === EMPTY_CONTENT || this.#complete.has(content);
  }

  /** Bytes of a content that an earlier attempt left here. */
  offsetOf({ content, size }: { readonly content: ContentId; readonly size: number }): number {
    if (size <= SMALLEST_PART) return 0;
    const found = lstatSync(this.#partOf(content), { throwIfNoEntry: false })?.size ?? 0;
    return found >= SMALLEST_PART && found < size ? found : 0;
  }

  open(part: ContentPart): Promise<ContentWriter> {
    // a small content is never resumed, so it is written under its final name at once
    const isSmall = part.size < SMALLEST_PART;
    const file = isSmall ? this.#fileOf(part.content) : this.#partOf(part.content);
    const done = (): void => {
      if (!isSmall) renameSync(file, this.#fileOf(part.content));
      this.#complete.add(part.content);
      this.#unsynced.add(this.#fileOf(part.content));
    };
    try {
      return Promise.resolve(new PartWriter(file, part, done));
    } catch (error) {
      return Promise.reject(diskError(error, STORING));
    }
  }

  /** Small contents that came together, without a promise for each; what is large goes the other way. */
  async storeAll(parts: readonly ContentPart[], bytes: Uint8Array): Promise<void> {
    const slice = new TimeSlice();
    const descriptors: number[] = [];
    let at = 0;
    try {
      for (const part of parts) {
        if (slice.spent) await slice.rest();
        const piece = bytes.subarray(at, (at += part.size));
        if (contentIdOf(piece) !== part.content) throw new SynclineError('ContentMismatch');
        descriptors.push(writeAnew(this.#fileOf(part.content), piece, NEW_FILE));
        this.#complete.add(part.content);
      }
    } catch (error) {
      throw diskError(error, STORING);
    } finally {
      this.#syncing.push(this.#disk.sync(descriptors));
      await this.#disk.room();
    }
  }

  /** Takes in a file of the same file system that is believed to hold a content; false when it does not. */
  async copyIn(content: ContentId, size: number, pieces: AsyncIterable<Uint8Array>): Promise<boolean> {
    const writer = await this.open({ content, size, from: 0 });
    try {
      for await (const piece of pieces) await writer.write(piece);
      await writer.finish();
      return true;
    } catch (error) {
      await writer.abort();
      if (error instanceof SynclineError && error.code !== 'DiskFull') return false;
      throw error;
    }
  }

  /** Makes so many more files of a content that is here, one for each further {@link take}. */
  copy(content: ContentId, count: number): void {
    const copies = this.#copies.get(content) ?? [];
    this.#copies.set(content, copies);
    try {
      for (let n = 0; n < count; n++) {
        const copy = this.#temporary();
        copyFileSync(this.#fileOf(content), copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        copies.push(copy);
        this.#unsynced.add(copy);
      }
    } catch (error) {
      throw diskError(error, STORING);
    }
  }

  /** Resolves when everything that was staged would survive a power cut. */
  async sync(): Promise<void> {
    const files = [...this.#unsynced];
    try {
      await syncToDisk(files, undefined, async () => this.#bulkSync?.writeOut(this.#folder));
      await Promise.all(this.#syncing.splice(0));
    } catch (error) {
      throw diskError(error, STORING);
    }
    this.#unsynced.clear();
  }

  /** A file with this content that the caller may move away: a {@link copy}, or else the only one, and then it is here no more. */
  take(content: ContentId): string {
    if (content === EMPTY_CONTENT) {
      const empty = this.#temporary();
      closeSync(createExclusive(empty, NEW_FILE));
      return empty;
    }
    const copy = this.#copies.get(content)?.pop();
    if (copy === undefined) this.#complete.delete(content);
    return copy ?? this.#fileOf(content);
  }

  makeLink(target: string): string {
    const link = this.#temporary();
    symlinkSync(target, link);
    return link;
  }

  /** Removes what nobody needs any more; parts of large contents stay for a resume. */
  clear(): void {
    for (const content of this.#complete) rmSync(this.#fileOf(content), { force: true });
    for (const copy of [...this.#copies.values()].flat()) rmSync(copy, { force: true });
    this.#copies.clear();
    this.#complete.clear();
    this.#unsynced.clear();
  }

  /** Leaves nothing in the root. */
  close(): void {
    this.clear();
    if (this.#borrowed === undefined) return;
    removeIfEmpty([this.#folder, this.#borrowed]);
  }

  #fileOf(content: ContentId): string {
    return `${this.#folder}/${content}`;
  }

  #partOf(content: ContentId): string {
    return `${this.#folder}/${content}.part`;
  }

  #temporary(): string {
    return join(this.#folder, `tmp-${process.pid}-${++this.#counter}`);
  }

  /** The process's umask can only be read by making a file. */
  #probeMode(): number {
    const file = this.#temporary();
    rmSync(file, { force: true });
    closeSync(createExclusive(file, NEW_FILE));
    const mode = lstatSync(file).mode & 0o777;
    rmSync(file);
    return mode;
  }
}

/** A folder, and no link that leads to one somewhere else. */
const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** What an earlier process left in a folder, except parts that are worth resuming. */
function tidyFolder(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!isPartWorthKeeping(name, lstatSync(file))) rmSync(file, { recursive: true, force: true });
  }
}

const isPartWorthKeeping = (name: string, { size, mtimeMs }: Stats): boolean =>
  name.endsWith('.part') &&
  isContentId(name.slice(0, -5)) &&
  size >= SMALLEST_PART &&
  Date.now() - mtimeMs < KEEP_PARTS_MS;

function removeIfEmpty(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      return; // parts for a resume, or somebody else's
    }
  }
}
