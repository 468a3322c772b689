import type { ContentId } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentPart } from '../../../server/protocol/messages/content.ts';
import type { ContentSink } from '../../../server/protocol/transfer/contentSink.ts';
import type { ClientProvider } from '../../connect/serverClient.ts';
import type { ContentSource, SendOptions, WantedContent } from '../endpoint.ts';
import { pullContent } from './pullContent.ts';

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
    const { signal, onProgress } = options;
    const client = await this.#provider.client({ signal });
    const parts: ContentPart[] = wanted.map(({ content, size, from = 0 }) => ({ content, size, from }));
    const finished = new Set<ContentId>();
    try {
      await client.download(this.#share, parts, noting(sink, finished), {
        signal,
        onProgress,
      });
      return [];
    } catch (error) {
      if (!(error instanceof SynclineError) || error.code !== 'ContentGone') throw error;
      // which one is gone is not said: those that did not arrive are looked for again after a look at the share
      return parts.map(({ content }) => content).filter((content) => !finished.has(content));
    }
  }

  close(): void {}
}

function noting(sink: ContentSink, finished: Set<ContentId>): ContentSink {
  return {
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
