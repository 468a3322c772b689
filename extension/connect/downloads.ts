import { INITIAL_CREDIT } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { joinTransfer } from '../../server/protocol/transfer/joinTransfer.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { forEachInFlight } from './inFlight.ts';
import type { TransferOptions } from './serverClient.ts';
import type { Wire } from './wire.ts';

type Part = content.ContentPart;

interface DownloadPack {
  readonly parts: readonly Part[];
  readonly bytes: number;
}

/** Parts are asked for in groups of about this many bytes; a larger one alone. */
const PACK_BYTES = 2 * INITIAL_CREDIT;

const IN_FLIGHT = { tasks: 4, weight: 4 * PACK_BYTES, weigh: (pack: DownloadPack) => pack.bytes };

/** Fetches contents over one connection. */
export class Downloads {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async fetch(share: string, parts: readonly Part[], sink: ContentSink, options: TransferOptions = {}): Promise<void> {
    const { onProgress, signal } = options;
    await this.#wire.compression.prepare(parts.reduce((sum, { size, from }) => sum + size - from, 0));
    const counting = onProgress ? countingSink(sink, onProgress) : sink;
    const packs = packParts(parts, this.#wire.maxContents);
    const fetch = (pack: DownloadPack, either: AbortSignal): Promise<void> =>
      this.#fetch(share, pack, counting, either);
    return forEachInFlight(packs, IN_FLIGHT, fetch, signal);
  }

  #fetch(share: string, { parts }: DownloadPack, sink: ContentSink, signal: AbortSignal): Promise<void> {
    const { peer, request, nextTransfer, transfers, compression } = this.#wire;
    return transfers.run(async () => {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      const transfer = nextTransfer();
      const received = receiveTransfer(peer, { transfer, parts, sink, signal: either });
      const encodings: content.Encoding[] = compression.isWorthIt ? ['zstd', 'identity'] : ['identity'];
      const answered = request(
        content.download,
        { share, transfer, contents: [...parts], encodings },
        { signal: either },
      );
      await joinTransfer(answered, received, over);
    }, signal);
  }
}

function* packParts(parts: readonly Part[], maxContents: number): Generator<DownloadPack> {
  let pack: Part[] = [];
  let bytes = 0;
  for (const part of parts) {
    const more = part.size - part.from;
    if (pack.length > 0 && (bytes + more > PACK_BYTES || pack.length >= maxContents)) {
      yield { parts: pack, bytes };
      pack = [];
      bytes = 0;
    }
    pack.push(part);
    bytes += more;
  }
  if (pack.length > 0) yield { parts: pack, bytes };
}

function countingSink(sink: ContentSink, onProgress: (bytes: number) => void): ContentSink {
  const { storeAll } = sink;
  return {
    ...(storeAll && {
      async storeAll(parts, bytes) {
        await storeAll.call(sink, parts, bytes);
        onProgress(bytes.byteLength);
      },
    }),
    async open(part) {
      const writer = await sink.open(part);
      return {
        async write(bytes) {
          await writer.write(bytes);
          onProgress(bytes.byteLength);
        },
        finish: () => writer.finish(),
        abort: () => writer.abort(),
      };
    },
  };
}
