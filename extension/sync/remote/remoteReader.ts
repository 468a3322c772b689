import type { ContentId } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentPart } from '../../../server/protocol/messages/content.ts';
import type { ContentSink } from '../../../server/protocol/transfer/contentSink.ts';
import type { ClientProvider } from '../../connect/serverClient.ts';
import type { ContentSource, SendOptions, WantedContent } from '../endpoint.ts';
import { pullContent } from './pullContent.ts';

/** With more contents that the share turns out not to have, a new look at it is cheaper than asking for the others. */
const MOST_GONE = 16;

/** Contents of a share. Every receiver verifies what arrives. */
export class RemoteReader implements ContentSource {
  readonly #share: string;
  readonly #provider: ClientProvider;

  constructor(share: string, provider: ClientProvider) {
    this.#share = share;
    this.#provider = provider;
  }

  open(wanted: WantedContent, from: number): AsyncIterable<Uint8Array> {
    return pullContent((sink, signal) => this.send([{ ...wanted, from }], sink, { signal }));
  }

  async send(wanted: readonly WantedContent[], sink: ContentSink, options: SendOptions): Promise<readonly ContentId[]> {
    const { signal, onProgress, held } = options;
    const client = await this.#provider.client({ signal });
    const finished = new Set<ContentId>();
    const gone: ContentId[] = [];
    let parts: ContentPart[] = wanted.map(({ content, size, from = 0 }) => ({ content, size, from }));
    const fetched = async (some: readonly ContentPart[]): Promise<boolean> => {
      try {
        await client.download(this.#share, some, noting(sink, finished), { signal, onProgress, held });
        return true;
      } catch (error) {
        if (error instanceof SynclineError && error.code === 'ContentGone') return false;
        throw error;
      }
    };
    while (parts.length > 0 && !(await fetched(parts))) {
      // which one is gone is not said; it is the first that did not arrive, or else the others have to tell
      const [first, ...rest] = parts.filter(({ content }) => !finished.has(content));
      if (!first) break;
      if (rest.length === 0 || !(await fetched([first]))) gone.push(first.content);
      parts = rest;
      if (gone.length === MOST_GONE) return [...gone, ...rest.map(({ content }) => content)];
    }
    return gone;
  }

  close(): void {}
}

function noting(sink: ContentSink, finished: Set<ContentId>): ContentSink {
  return {
    ...(sink.storeAll && {
      async storeAll(parts, bytes) {
        await sink.storeAll?.(parts, bytes);
        for (const { content } of parts) finished.add(content);
      },
    }),
    async open(part) {
      const writer = await sink.open(part);
      return {
        write: (bytes) => writer.write(bytes),
        abort: () => writer.abort(),
        async finish() {
          await writer.finish();
          finished.add(part.content);
        },
      };
    },
  };
}
