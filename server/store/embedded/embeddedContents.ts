import { fstatSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { ContentHasher, type ContentId, contentIdOf, EMPTY_CONTENT } from '../../protocol/contentId.ts';
import { diskError } from '../../protocol/disk/diskError.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type { ContentPart, Reused } from '../../protocol/messages/content.ts';
import type { ContentSink } from '../../protocol/transfer/contentSink.ts';
import type { ContentStore, Found, LocateOptions, Wanted } from '../contents.ts';
import { ContentAssembly } from './contentAssembly.ts';
import type { ContentSources } from './contentSources.ts';
import { readFully, SMALL } from './copyContent.ts';
import { storeError } from './storeError.ts';
import type { ShareRoot } from './shareRoot.ts';
import type { Staging } from './staging.ts';
import { StagingSink } from './stagingSink.ts';

/** Contents in the share's own files, in `objects/` and in `staging/`. */
export class EmbeddedContents implements ContentStore {
  readonly #root: ShareRoot;
  readonly #sources: ContentSources;
  readonly #staging: Staging;
  readonly #assembly: ContentAssembly;

  constructor(root: ShareRoot, sources: ContentSources, staging: Staging) {
    this.#root = root;
    this.#sources = sources;
    this.#staging = staging;
    this.#assembly = new ContentAssembly(sources);
  }

  close(): void {
    this.#sources.close();
  }

  async missing(contents: readonly { content: ContentId; size: number }[]): Promise<ContentPart[]> {
    const missing: ContentPart[] = [];
    try {
      for (const { content, size } of contents) {
        const from = await this.#offsetOf(content, size);
        if (from !== null) missing.push({ content, size, from });
      }
    } catch (error) {
      throw storeError(error, 'look for contents');
    }
    return missing;
  }

  sink(): ContentSink {
    return new StagingSink(this.#staging);
  }

  assemble(part: ContentPart, reused: readonly Reused[], signal?: AbortSignal): ContentSink {
    return this.#assembly.sink(this.sink(), part, reused, signal);
  }

  async locate(wanted: Wanted, options: LocateOptions): Promise<Found[]> {
    try {
      return await this.#assembly.locate(wanted, options);
    } catch (error) {
      throw storeError(error, 'look for pieces of a content');
    }
  }

  async *read(content: ContentId, from: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    if (content === EMPTY_CONTENT) return;
    for (const descriptor of this.#sources.open(content)) {
      signal?.throwIfAborted();
      const begin = readSmall(descriptor);
      if (begin.length <= SMALL) {
        if (contentIdOf(begin) !== content) continue;
        if (from < begin.length) yield begin.subarray(from);
        return;
      }
      const pieces = readLarge(descriptor, content, from, signal);
      const first = await pieces.next();
      if (first.value === 'other content') continue;
      for (let piece = first; !piece.done; piece = await pieces.next()) {
        // the receiver has seen other pieces already, so there is no way back to another source
        if (piece.value === 'other content') throw gone();
        yield piece.value;
      }
      return;
    }
    this.#root.check();
    throw gone();
  }

  /** Null when nothing is missing. */
  async #offsetOf(content: ContentId, size: number): Promise<number | null> {
    if (content === EMPTY_CONTENT || this.#staging.has(content) || this.#sources.has(content)) return null;
    const staged = this.#staging.offsetOf(content);
    if (staged === size && (await this.#staging.recover(content, size))) return null;
    return staged < size ? staged : 0;
  }
}

/** The whole of a small file, or more than {@link SMALL} bytes of a large one. */
function readSmall(descriptor: number): Uint8Array {
  try {
    // one byte more than there ought to be: a file that grows meanwhile is found out by its hash
    const buffer = Buffer.allocUnsafe(Math.min(fstatSync(descriptor).size, SMALL) + 1);
    return buffer.subarray(0, readFully(descriptor, buffer));
  } catch (error) {
    throw diskError(error, 'read a content');
  }
}

/** Each piece is held back until the next one is there, the last one until the hash was found right. */
async function* readLarge(
  descriptor: number,
  content: ContentId,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array | 'other content', undefined> {
  const hasher = new ContentHasher();
  let held: Uint8Array | undefined;
  for (let at = 0; ; ) {
    signal?.throwIfAborted();
    const piece = Buffer.allocUnsafe(SMALL);
    const { bytesRead } = await readPiece(descriptor, piece, at);
    if (bytesRead === 0) break;
    const bytes = piece.subarray(0, bytesRead);
    hasher.update(bytes);
    const wanted = at + bytesRead > from ? bytes.subarray(Math.max(from - at, 0)) : undefined;
    at += bytesRead;
    if (held && wanted) yield held;
    held = wanted ?? held;
  }
  if (hasher.finish() !== content) yield 'other content';
  else if (held) yield held;
}

async function readPiece(descriptor: number, piece: Uint8Array, at: number): Promise<{ bytesRead: number }> {
  try {
    return await readAsync(descriptor, piece, 0, piece.length, at);
  } catch (error) {
    throw diskError(error, 'read a content');
  }
}

const readAsync = promisify(read);

const gone = (): SynclineError => new SynclineError('ContentGone');
