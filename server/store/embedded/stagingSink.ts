import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync, read, write } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher, contentIdOf } from '../../protocol/contentId.ts';
import { createAnew, writeAnew } from '../../protocol/disk/atomicFile.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type { ContentPart } from '../../protocol/messages/content.ts';
import type { ContentSink, ContentWriter } from '../../protocol/transfer/contentSink.ts';
import { SMALL } from './copyContent.ts';
import { EarlySync } from './earlySync.ts';
import { removeLeftover } from './removeLeftover.ts';
import { stageAll } from './stageAll.ts';
import { storeError } from './storeError.ts';
import type { Staging } from './staging.ts';

/** Takes uploads into staging. A content that someone else uploads at the same moment goes to a file of its own. */
export class StagingSink implements ContentSink {
  readonly #staging: Staging;

  constructor(staging: Staging) {
    this.#staging = staging;
  }

  storeAll(parts: readonly ContentPart[], bytes: Uint8Array): Promise<void> {
    return stageAll(this.#staging, parts, bytes, async (part, piece) => {
      const writer = await this.open(part);
      await writer.write(piece);
      await writer.finish();
    });
  }

  async open(part: ContentPart): Promise<ContentWriter> {
    const place = new StagingPlace(this.#staging, part);
    try {
      if (part.size <= SMALL && part.from === 0) return new SmallWriter(place);
      return await LargeWriter.open(place);
    } catch (error) {
      place.leave();
      throw uploadError(error);
    }
  }
}

const uploadError = (error: unknown): SynclineError => storeError(error, 'store an upload');

/** Where one upload is written. */
class StagingPlace {
  readonly part: ContentPart;
  readonly file: string;
  readonly #staging: Staging;
  readonly #shared: boolean;

  constructor(staging: Staging, part: ContentPart) {
    this.#staging = staging;
    this.part = part;
    this.#shared = staging.reserve(part.content);
    this.file = this.#shared ? staging.partOf(part.content) : staging.temporary();
  }

  /** Of what is there already, only what the upload goes on with is touched. Throws what the file system says, or `DiskFull`. */
  open(): number {
    const { size, from } = this.part;
    this.#staging.requireRoom(size - from);
    if (from > 0 && !existsSync(this.file)) throw new SynclineError('MissingContent');
    if (from > 0) return openSync(this.file, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    return createAnew(this.file);
  }

  /** All of a content at once. */
  write(bytes: Uint8Array): number {
    this.#staging.requireRoom(bytes.length);
    return writeAnew(this.file, bytes);
  }

  async complete(descriptor: number): Promise<void> {
    await this.#staging.complete(this.part.content, this.file, this.part.size, descriptor);
    this.leave();
  }

  /** What arrived stays for a resume, where it can be found. */
  interrupt(): void {
    if (!this.#shared) return this.discard();
    this.#staging.keepPart(this.part.content);
    this.leave();
  }

  discard(): void {
    removeLeftover(this.file);
    this.leave();
  }

  leave(): void {
    if (this.#shared) this.#staging.release(this.part.content);
  }
}

/** Collects the bytes in memory and writes them in one piece, once they have been checked. */
class SmallWriter implements ContentWriter {
  readonly #place: StagingPlace;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(place: StagingPlace) {
    this.#place = place;
    this.#bytes = Buffer.allocUnsafe(place.part.size);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#length + bytes.length > this.#bytes.length) throw mismatch();
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async finish(): Promise<void> {
    const { content, size } = this.#place.part;
    if (this.#length !== size || contentIdOf(this.#bytes) !== content) {
      this.#place.leave();
      throw mismatch();
    }
    try {
      await this.#place.complete(this.#place.write(this.#bytes));
    } catch (error) {
      this.#place.discard();
      throw uploadError(error);
    }
  }

  async abort(): Promise<void> {
    this.#place.leave();
  }
}

/** Writes as the bytes come, so that a broken upload can go on where it broke. */
class LargeWriter implements ContentWriter {
  readonly #place: StagingPlace;
  readonly #descriptor: number;
  readonly #hasher: ContentHasher;
  readonly #sync: EarlySync;
  #length: number;

  private constructor(place: StagingPlace, descriptor: number, hasher: ContentHasher) {
    this.#place = place;
    this.#descriptor = descriptor;
    this.#hasher = hasher;
    this.#sync = new EarlySync(descriptor);
    this.#length = place.part.from;
  }

  static async open(place: StagingPlace): Promise<LargeWriter> {
    const { from, size } = place.part;
    const descriptor = place.open();
    try {
      const found = fstatSync(descriptor);
      if (from > size || found.size < from || found.nlink > 1) throw new SynclineError('MissingContent');
      ftruncateSync(descriptor, from);
      return new LargeWriter(place, descriptor, await hashPrefix(descriptor, from));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#length + bytes.length > this.#place.part.size) throw mismatch();
    this.#hasher.update(bytes);
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await writeAsync(
          this.#descriptor,
          bytes,
          done,
          bytes.length - done,
          this.#length + done,
        );
        done += bytesWritten;
      }
      this.#sync.wrote(bytes.length);
    } catch (error) {
      throw uploadError(error);
    }
    this.#length += bytes.length;
  }

  async finish(): Promise<void> {
    const { content, size } = this.#place.part;
    const failure = await this.#sync.settled().catch(uploadError);
    if (failure || this.#length !== size || this.#hasher.finish() !== content) {
      closeSync(this.#descriptor);
      this.#place.discard();
      throw failure ?? mismatch();
    }
    await this.#place.complete(this.#descriptor);
  }

  async abort(): Promise<void> {
    await this.#sync.settled().catch(() => {});
    closeSync(this.#descriptor);
    this.#place.interrupt();
  }
}

async function hashPrefix(descriptor: number, length: number): Promise<ContentHasher> {
  const hasher = new ContentHasher();
  const piece = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await readAsync(descriptor, piece, 0, Math.min(piece.length, length - at), at);
    if (bytesRead === 0) throw new SynclineError('MissingContent');
    hasher.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hasher;
}

const readAsync = promisify(read);
const writeAsync = promisify(write);

const mismatch = (): SynclineError => new SynclineError('ContentMismatch');
