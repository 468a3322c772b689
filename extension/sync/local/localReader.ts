import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher, type ContentId, contentIdOf } from '../../../server/protocol/contentId.ts';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { Jail } from '../../../server/protocol/disk/jail.ts';
import { readRange } from '../../../server/protocol/disk/readRange.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentSink } from '../../../server/protocol/transfer/contentSink.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { ContentSource, SendOptions, WantedContent } from '../endpoint.ts';

/** Up to here a file is read as a whole and checked before its first byte is given out. */
const SMALL = 1024 * 1024;
const PIECE = 256 * 1024;

/**
 * Contents of a local folder. Every file is hashed while it is read, and its last piece is given out only when the hash is
 * right: a file that was changed after the scan never arrives as complete.
 */
export class LocalReader implements ContentSource {
  readonly #root: string;
  #jail: Jail | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async *open(wanted: WantedContent, from: number): AsyncGenerator<Uint8Array> {
    let descriptor: number | undefined;
    try {
      descriptor = this.#openFile(wanted);
      if (wanted.size > SMALL) yield* streamVerified(descriptor, wanted, from);
      else {
        const bytes = readWhole(descriptor, wanted);
        if (from < bytes.length) yield bytes.subarray(from);
      }
    } catch (error) {
      throw diskError(error, `read “${printable(wanted.path)}”`, wanted.path);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  async *range(wanted: WantedContent, from: number, to: number): AsyncGenerator<Uint8Array> {
    let descriptor: number | undefined;
    try {
      descriptor = this.#openFile(wanted);
      yield* readRange(descriptor, from, to, { reuse: true });
    } catch (error) {
      throw diskError(error, `read “${printable(wanted.path)}”`, wanted.path);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  async send(wanted: readonly WantedContent[], sink: ContentSink, options: SendOptions): Promise<readonly ContentId[]> {
    const gone: ContentId[] = [];
    for (const file of wanted) {
      options.signal?.throwIfAborted();
      const { content, size, from = 0 } = file;
      const writer = await sink.open({ content, size, from });
      try {
        for await (const bytes of this.open(file, from)) {
          await writer.write(bytes);
          options.onProgress?.(bytes.byteLength);
        }
      } catch (error) {
        await writer.abort();
        if (!isGone(error)) throw error;
        gone.push(content);
        continue;
      }
      await writer.finish();
    }
    return gone;
  }

  close(): void {
    this.#jail?.close();
    this.#jail = undefined;
  }

  #openFile({ path, size }: WantedContent): number {
    this.#jail ??= Jail.open(this.#root);
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const descriptor = openSync(this.#jail.at(path), flags);
    const stat = fstatSync(descriptor);
    if (stat.isFile() && stat.size === size) return descriptor;
    closeSync(descriptor);
    throw changed();
  }
}

/** Whether an error says that a file is no longer what it was, rather than that it cannot be read. */
export function isGone(error: unknown): boolean {
  return error instanceof SynclineError && GONE.has(error.code);
}

const GONE: ReadonlySet<string> = new Set(['Changed', 'NotFound', 'NotADirectory', 'NotAFile', 'ContentGone']);

function readWhole(descriptor: number, { content, size }: WantedContent): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = readSync(descriptor, bytes, length, size - length, length);
    if (count === 0) throw changed();
    length += count;
  }
  if (contentIdOf(bytes) !== content) throw changed();
  return bytes;
}

async function* streamVerified(
  descriptor: number,
  { content, size }: WantedContent,
  from: number,
): AsyncGenerator<Uint8Array> {
  const hasher = new ContentHasher();
  for (let at = 0; at < size; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, size - at));
    const { bytesRead } = await readAsync(descriptor, piece, 0, piece.length, at);
    if (bytesRead === 0) throw changed();
    const bytes = piece.subarray(0, bytesRead);
    hasher.update(bytes);
    const end = at + bytesRead;
    if (end === size && hasher.finish() !== content) throw changed();
    if (end > from) yield at < from ? bytes.subarray(from - at) : bytes;
    at = end;
  }
}

const readAsync = promisify(read);

const changed = (): SynclineError => new SynclineError('Changed', 'The file has changed since it was looked at.');
