import { SynclineError } from '../../server/protocol/errors.ts';
import { INITIAL_CREDIT } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { FillingSink, streamedPart } from '../../server/protocol/transfer/fillingSink.ts';
import { joinTransfer } from '../../server/protocol/transfer/joinTransfer.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { forEachInFlight } from './inFlight.ts';
import { wholeInstead } from './comparison.ts';
import { heldStretches, type HeldStretch } from './deltaDownloads.ts';
import type { DownloadOptions, HeldContent } from './serverClient.ts';
import type { Wire } from './wire.ts';

type Part = content.ContentPart;

interface DownloadPack {
  readonly parts: readonly Part[];
  readonly bytes: number;
  /** The one part as it travels, without the stretches that are skipped. */
  readonly streamed?: Part;
  readonly skipped?: readonly content.Stretch[];
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

  async fetch(share: string, parts: readonly Part[], sink: ContentSink, options: DownloadOptions = {}): Promise<void> {
    const { onProgress, signal, held } = options;
    await this.#wire.compression.prepare(parts.reduce((sum, { size, from }) => sum + size - from, 0));
    const counting = onProgress ? countingSink(sink, onProgress) : sink;
    const packs = packParts(parts, this.#wire.maxContents);
    const fetch = async (pack: DownloadPack, either: AbortSignal): Promise<void> => {
      const [part] = pack.parts;
      const old = part && forgiving(held?.(part.content));
      const pays = old && pack.parts.length === 1 && this.#wire.compression.isWorthIt;
      const rest = pays ? await this.#fetchDelta(share, part, old, counting, either) : pack;
      if (rest) await this.#fetch(share, rest, counting, either);
    };
    return forEachInFlight(packs, IN_FLIGHT, fetch, signal);
  }

  /** Fetches what is not here; gives back what has to be fetched whole instead. */
  async #fetchDelta(
    share: string,
    part: Part,
    held: HeldContent,
    sink: ContentSink,
    signal: AbortSignal,
  ): Promise<DownloadPack | null> {
    const stretches = await heldStretches(this.#wire, share, part, held, signal);
    if (!stretches) return { parts: [part], bytes: part.size - part.from };
    try {
      const read = ({ offset, length }: HeldStretch): AsyncIterable<Uint8Array> => held.range(offset, offset + length);
      const filling = new FillingSink(sink, { part, stretches, read, signal });
      const streamed = streamedPart(part, stretches);
      const skipped = stretches.map(({ at, length }) => ({ at, length }));
      await this.#fetch(share, { parts: [part], bytes: streamed.size - part.from, streamed, skipped }, filling, signal);
      return null;
    } catch (error) {
      if (signal.aborted || !wholeInstead(error)) throw error;
      return { parts: [{ ...part, from: 0 }], bytes: part.size };
    }
  }

  #fetch(
    share: string,
    { parts, streamed, skipped }: DownloadPack,
    sink: ContentSink,
    signal: AbortSignal,
  ): Promise<void> {
    const { peer, request, nextTransfer, transfers, compression } = this.#wire;
    return transfers.run(async () => {
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      const transfer = nextTransfer();
      const received = receiveTransfer(peer, { transfer, parts: streamed ? [streamed] : parts, sink, signal: either });
      const encodings: content.Encoding[] = compression.isWorthIt ? ['zstd', 'identity'] : ['identity'];
      const answered = request(
        content.download,
        { share, transfer, contents: [...parts], encodings, ...(skipped && { skipped: [...skipped] }) },
        { signal: either },
      );
      await joinTransfer(answered, received, over);
    }, signal);
  }
}

/** What is here and cannot be read any more is as good as not here. */
function forgiving(held: HeldContent | undefined): HeldContent | undefined {
  return (
    held && {
      size: held.size,
      async *range(from, to) {
        try {
          yield* held.range(from, to);
        } catch (error) {
          throw new SynclineError('ContentGone', undefined, { cause: error });
        }
      },
    }
  );
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
