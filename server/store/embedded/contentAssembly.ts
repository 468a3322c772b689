import { fstatSync } from 'node:fs';
import { ContentChunker } from '../../protocol/chunks/contentChunker.ts';
import type { Piece } from '../../protocol/chunks/piece.ts';
import type { ContentId } from '../../protocol/contentId.ts';
import { readRange } from '../../protocol/disk/readRange.ts';
import { SynclineError } from '../../protocol/errors.ts';
import type { ContentPart, Reused } from '../../protocol/messages/content.ts';
import type { ContentSink, ContentWriter } from '../../protocol/transfer/contentSink.ts';
import { FillingSink } from '../../protocol/transfer/fillingSink.ts';
import type { Found, LocateOptions, Wanted } from '../contents.ts';
import { AssembledChunks, ChunkIndex } from './chunkIndex.ts';
import type { ContentSources } from './contentSources.ts';
import { Exclusive } from './exclusive.ts';

/** Progress is told each time so much has been read. */
const TELL_BYTES = 32 * 1024 * 1024;

/**
 * Puts uploads together from what the share holds already. Nothing of it is on the way of a commit: contents are cut into
 * chunks when somebody asks for pieces of them, one content at a time.
 */
export class ContentAssembly {
  readonly #sources: ContentSources;
  readonly #index = new ChunkIndex();
  readonly #cutting = new Exclusive();

  constructor(sources: ContentSources) {
    this.#sources = sources;
  }

  async locate(wanted: Wanted, options: LocateOptions): Promise<Found[]> {
    const { content } = wanted;
    if (content !== undefined && !this.#index.has(content)) {
      await this.#cutting.run(async () => {
        if (!this.#index.has(content)) await this.#cut(content, options);
      });
    }
    return this.#index.locate(wanted, (each) => this.#sources.has(each));
  }

  sink(staging: ContentSink, part: ContentPart, reused: readonly Reused[], signal?: AbortSignal): ContentSink {
    const chunks = new AssembledChunks(this.#index);
    const index = this.#index;
    const watched: ContentSink = {
      async open() {
        const writer = await staging.open(part);
        return { ...passedOn(writer), finish };
        async function finish(): Promise<void> {
          try {
            await writer.finish();
          } catch (error) {
            // one of them is not what it was taken for; which one is not worth finding out
            for (const { content } of reused) index.forget(content);
            throw error;
          }
          if (part.from === 0) chunks.finish(part.content);
        }
      },
    };
    const read = (stretch: Reused): AsyncIterable<Uint8Array> => {
      chunks.reused(stretch.content, stretch.offset, stretch);
      return this.#read(stretch);
    };
    const onStreamed = (bytes: Uint8Array): void => chunks.sent(bytes);
    return new FillingSink(watched, { part, stretches: reused, read, onStreamed, signal });
  }

  async *#read({ content, offset, length }: Reused): AsyncGenerator<Uint8Array> {
    for (const descriptor of this.#sources.open(content)) {
      yield* readRange(descriptor, offset, offset + length, { reuse: true });
      return;
    }
    throw new SynclineError('ContentGone');
  }

  async #cut(content: ContentId, { signal, onProgress }: LocateOptions): Promise<void> {
    for (const descriptor of this.#sources.open(content)) {
      const { size } = fstatSync(descriptor);
      this.#index.add(
        content,
        await cut(readRange(descriptor, 0, size, { reuse: true }), { size, signal, onProgress }),
      );
      return;
    }
  }
}

async function cut(
  pieces: AsyncIterable<Uint8Array>,
  { size, signal, onProgress }: LocateOptions & { readonly size: number },
): Promise<readonly Piece[]> {
  const chunker = new ContentChunker();
  let [done, told] = [0, 0];
  for await (const bytes of pieces) {
    signal?.throwIfAborted();
    chunker.update(bytes);
    done += bytes.length;
    if (done - told < TELL_BYTES) continue;
    told = done;
    onProgress?.(done, size);
  }
  return chunker.finish();
}

const passedOn = (writer: ContentWriter): Pick<ContentWriter, 'write' | 'abort'> => ({
  write: (bytes) => writer.write(bytes),
  abort: () => writer.abort(),
});
