import { closeSync, constants, openSync, read, rmSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher } from '../../server/protocol/contentId.ts';
import { createAnew, writeFully } from '../../server/protocol/disk/atomicFile.ts';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import type { ContentWriter } from '../../server/protocol/transfer/contentSink.ts';

/** Parts smaller than this are fetched again rather than resumed. */
export const SMALLEST_PART = 1024 * 1024;

/** The beginning of a large content that nobody came back for is kept this long, milliseconds. */
export const KEEP_PARTS_MS = 24 * 60 * 60 * 1000;

/** As any program makes a file; the process's umask applies. */
export const NEW_FILE = 0o666;

export const STORING = 'store what was fetched';

/** Pieces up to this size are written synchronously, which is far cheaper. */
const SMALL_WRITE = 256 * 1024;

/** Writes one content into a file of its own and checks it. A part that is worth it stays when the transfer breaks. */
export class PartWriter implements ContentWriter {
  readonly #file: string;
  readonly #part: ContentPart;
  readonly #done: () => void;
  readonly #hasher = new ContentHasher();
  #descriptor: number | null;
  #written: number;
  /** Bytes at the beginning of the file that are not hashed yet. */
  #prefix: number;

  constructor(file: string, part: ContentPart, done: () => void) {
    this.#file = file;
    this.#part = part;
    this.#done = done;
    this.#written = this.#prefix = part.from;
    const resume = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
    this.#descriptor = part.from === 0 ? createAnew(file, NEW_FILE) : openSync(file, resume);
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.#prefix > 0) await this.#hashPrefix();
      this.#hasher.update(bytes);
      if (bytes.byteLength <= SMALL_WRITE) writeFully(this.#open(), bytes, this.#written);
      else await writeAll(this.#open(), bytes, this.#written);
    } catch (error) {
      throw diskError(error, STORING);
    }
    this.#written += bytes.byteLength;
  }

  async finish(): Promise<void> {
    try {
      if (this.#prefix > 0) await this.#hashPrefix();
      this.#close();
      if (this.#written !== this.#part.size || this.#hasher.finish() !== this.#part.content) {
        rmSync(this.#file, { force: true });
        throw new SynclineError('ContentMismatch');
      }
      this.#done();
    } catch (error) {
      throw diskError(error, STORING);
    }
  }

  abort(): Promise<void> {
    this.#close();
    if (this.#written < SMALLEST_PART || this.#written >= this.#part.size) rmSync(this.#file, { force: true });
    return Promise.resolve();
  }

  /** Bytes that an earlier attempt left count, too. */
  async #hashPrefix(): Promise<void> {
    const piece = Buffer.allocUnsafe(Math.min(SMALLEST_PART, this.#prefix));
    for (let at = 0; at < this.#prefix; ) {
      const { bytesRead } = await readAsync(this.#open(), piece, 0, Math.min(piece.length, this.#prefix - at), at);
      if (bytesRead === 0) break;
      this.#hasher.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    this.#prefix = 0;
  }

  #open(): number {
    if (this.#descriptor === null) throw new SynclineError('Internal', 'A content was written to after its end.');
    return this.#descriptor;
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

const readAsync = promisify(read);
const writeAsync = promisify(write);

async function writeAll(descriptor: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await writeAsync(descriptor, bytes, at, bytes.byteLength - at, position + at)).bytesWritten;
  }
}
