import { type ContentId, ContentHasher, contentIdOf, EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentSink, ContentWriter } from '../../../server/protocol/transfer/contentSink.ts';
import type { ServerClient, TransferOptions, UploadContent } from '../../connect/serverClient.ts';

/** Fetches one content into memory: for editors, which hold a whole file anyway. */
export async function downloadBytes(
  client: ServerClient,
  share: string,
  { content, size }: { readonly content: ContentId; readonly size: number },
  options?: TransferOptions,
): Promise<Uint8Array> {
  if (content === EMPTY_CONTENT) return new Uint8Array();
  const sink = new MemorySink(content, size);
  await client.download(share, [{ content, size, from: 0 }], sink, options);
  return sink.bytes;
}

export function uploadOf(bytes: Uint8Array, hint: string): UploadContent {
  return {
    content: contentIdOf(bytes),
    size: bytes.length,
    hint,
    async *open(from) {
      yield bytes.subarray(from);
    },
  };
}

/** Takes one content and hands it out only when its hash is right. */
export class MemorySink implements ContentSink {
  readonly #content: ContentId;
  readonly #size: number;
  #bytes: Uint8Array | undefined;

  constructor(content: ContentId, size: number) {
    this.#content = content;
    this.#size = size;
  }

  get bytes(): Uint8Array {
    if (!this.#bytes) throw new SynclineError('ContentMismatch');
    return this.#bytes;
  }

  open(): Promise<ContentWriter> {
    const hasher = new ContentHasher();
    const buffer = new Uint8Array(this.#size);
    let filled = 0;
    return Promise.resolve({
      write: async (bytes: Uint8Array) => {
        if (filled + bytes.length > buffer.length) throw new SynclineError('ContentMismatch');
        buffer.set(bytes, filled);
        filled += bytes.length;
        hasher.update(bytes);
      },
      finish: async () => {
        if (filled !== buffer.length || hasher.finish() !== this.#content) throw new SynclineError('ContentMismatch');
        this.#bytes = buffer;
      },
      abort: async () => undefined,
    });
  }
}
