import { TimeSlice } from '../../server/protocol/disk/timeSlice.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { INITIAL_CREDIT, STALL_MS } from '../../server/protocol/limits.ts';
import * as messages from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../../server/protocol/messages/message.ts';
import { joinTransfer } from '../../server/protocol/transfer/joinTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { isCompressedName, sampleCompresses } from './compressible.ts';
import { wholeInstead } from './comparison.ts';
import { type Comparable, deltaOf, isComparable } from './deltaUploads.ts';
import { forEachInFlight } from './inFlight.ts';
import type { TransferOptions, UploadContent } from './serverClient.ts';
import { packContents, type UploadPack } from './uploadPacks.ts';
import type { Wire } from './wire.ts';

/** Transfers at a time: enough to hide the server's answers on a slow line, few enough to bound memory and open files. */
const IN_FLIGHT = { tasks: 8, weight: 4 * 1024 * 1024, weigh: (pack: UploadPack) => pack.bytes };

/** Bytes that a server puts in their places in a millisecond, at least. */
const SLOWEST_COPY = 10_000;

/** Sends contents over one connection. */
export class Uploads {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async send(share: string, contents: readonly UploadContent[], options: TransferOptions = {}): Promise<void> {
    await this.#wire.compression.prepare(contents.reduce((sum, { size, from = 0 }) => sum + size - from, 0));
    const packs = packContents(contents, this.#wire.maxContents);
    const send = async (pack: UploadPack, signal: AbortSignal): Promise<void> => {
      const [first] = pack.contents;
      const pays = this.#wire.compression.isWorthIt && first && isComparable(first);
      const rest = pays ? await this.#sendDelta(share, first, { ...options, signal }) : pack;
      if (rest) await this.#start(share, await this.#prepare(rest, options.onProgress), signal).done;
    };
    return forEachInFlight(packs, IN_FLIGHT, send, options.signal);
  }

  /**
   * Everything is sent without waiting for any answer, as long as it fits into what may be under way; the server's commit waits
   * for the transfers announced before it.
   */
  async sendAndCommit(
    share: string,
    contents: readonly UploadContent[],
    commit: ParamsOf<typeof files.commit>,
    options: TransferOptions = {},
  ): Promise<ResultOf<typeof files.commit>> {
    const { signal } = options;
    const packs = [...packContents(contents, this.#wire.maxContents)];
    const bytes = packs.reduce((sum, pack) => sum + pack.bytes, 0);
    if (bytes > INITIAL_CREDIT || packs.length > 2) {
      await this.send(share, contents, options);
      return this.#wire.request(files.commit, commit, { signal });
    }
    const prepared = await Promise.all(packs.map((pack) => this.#prepare(pack, options.onProgress)));
    const transfers = prepared.map((each) => this.#start(share, each, signal));
    const sent = Promise.allSettled(transfers.map(({ done }) => done));
    await Promise.all(transfers.map(({ announced }) => announced));
    const [committed] = await Promise.allSettled([this.#wire.request(files.commit, commit, { signal })]);
    const failed = (await sent).find((each) => each.status === 'rejected');
    // a commit that went through needs no apology for a transfer that turned out to be superfluous
    if (committed.status === 'fulfilled' && !(failed && lacksContent(committed.value))) return committed.value;
    throw SynclineError.from(failed ? failed.reason : (committed as PromiseRejectedResult).reason);
  }

  /** Sends what the server lacks of a content; gives back what has to be sent whole instead. */
  async #sendDelta(
    share: string,
    content: Comparable,
    { signal, onProgress }: TransferOptions & { readonly signal: AbortSignal },
  ): Promise<UploadPack | null> {
    const { request } = this.#wire;
    const delta = await deltaOf(this.#wire, share, content, signal);
    const compress = isCompressedName(content.hint) ? 'no' : 'sample';
    if (!delta) return { contents: [content], bytes: content.size - (content.from ?? 0), compress };
    const { reused, bytes, source } = delta;
    try {
      const rest = { ...content, open: () => source };
      const prepared = await this.#prepare({ contents: [rest], bytes, compress }, onProgress);
      const patienceMs = STALL_MS + (content.size - bytes) / SLOWEST_COPY;
      await this.#start(share, { ...prepared, reused, stallMs: patienceMs }, signal).done;
      onProgress?.(content.size - (content.from ?? 0) - bytes);
      return null;
    } catch (error) {
      if (signal.aborted || !wholeInstead(error)) throw error;
      const { missing } = await request(
        messages.missing,
        { share, contents: [{ content: content.content, size: content.size }] },
        { signal },
      );
      const [left] = missing;
      return left ? { contents: [{ ...content, from: left.from }], bytes: left.size - left.from, compress } : null;
    }
  }

  /** Decides how a pack travels; may have to look at its first bytes for that. */
  async #prepare(pack: UploadPack, onProgress: TransferOptions['onProgress']): Promise<Prepared> {
    const { isWorthIt } = this.#wire.compression;
    const bytes = readAll(pack.contents, onProgress);
    const contents = pack.contents.map(({ content, size, from = 0 }) => ({ content, size, from }));
    if (pack.compress !== 'sample' || !isWorthIt) {
      return { contents, source: bytes, encoding: isWorthIt && pack.compress === 'yes' ? 'zstd' : 'identity' };
    }
    const first = await bytes.next();
    const compresses = !first.done && sampleCompresses(first.value);
    return { contents, source: startingWith(first, bytes), encoding: compresses ? 'zstd' : 'identity' };
  }

  /** Announces a transfer and sends its frames right behind. */
  #start(share: string, { contents, source, encoding, reused, stallMs }: Prepared, signal?: AbortSignal): Transfer {
    const { peer, request, nextTransfer, transfers } = this.#wire;
    const { promise: announced, resolve: announce } = Promise.withResolvers<void>();
    const move = async (): Promise<void> => {
      const over = new AbortController();
      const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
      const transfer = nextTransfer();
      const answered = request(
        messages.upload,
        { share, transfer, contents, encoding, ...(reused && { reused: [...reused] }) },
        { signal: either },
      );
      announce();
      await joinTransfer(
        answered,
        sendTransfer(peer, { transfer, encoding, source, signal: either, ...(stallMs && { stallMs }) }),
        over,
      );
    };
    return { announced, done: transfers.run(move, signal).finally(announce) };
  }
}

interface Prepared {
  readonly contents: messages.ContentPart[];
  readonly source: AsyncIterable<Uint8Array>;
  readonly encoding: messages.Encoding;
  readonly reused?: readonly messages.Reused[];
  /** How long the server may take nothing, where it has other things to do for the transfer. */
  readonly stallMs?: number;
}

interface Transfer {
  /** Resolves when the announcement has been handed to the connection (or never will be). */
  readonly announced: Promise<void>;
  readonly done: Promise<void>;
}

/** The bytes of contents one after the other. */
async function* readAll(
  contents: readonly UploadContent[],
  onProgress: TransferOptions['onProgress'],
): AsyncGenerator<Uint8Array, void> {
  // small files are there at once: a pack of them must not keep an editor waiting
  const slice = new TimeSlice();
  for (let at = 0; at < contents.length; ) {
    if (slice.spent) await slice.rest();
    const run = inOnePiece(contents, at);
    if (run) {
      yield run.bytes;
      onProgress?.(run.bytes.byteLength);
      at += run.count;
      continue;
    }
    const each = contents[at++] as UploadContent;
    for await (const bytes of each.open(each.from ?? 0)) {
      yield bytes;
      onProgress?.(bytes.byteLength);
    }
  }
}

/** Contents from one on that lie one behind the other in memory; undefined where the first one does not lie there. */
function inOnePiece(
  contents: readonly UploadContent[],
  begin: number,
): { readonly bytes: Uint8Array; readonly count: number } | undefined {
  const first = contents[begin]?.bytes?.subarray(contents[begin].from ?? 0);
  if (!first) return undefined;
  let [length, at] = [first.byteLength, begin + 1];
  for (; at < contents.length; at++) {
    const { bytes, from = 0 } = contents[at] as UploadContent;
    if (bytes?.buffer !== first.buffer || from > 0 || bytes.byteOffset !== first.byteOffset + length) break;
    length += bytes.byteLength;
  }
  return { bytes: new Uint8Array(first.buffer, first.byteOffset, length), count: at - begin };
}

async function* startingWith(
  first: IteratorResult<Uint8Array, void> | undefined,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array> {
  if (first && !first.done) yield first.value;
  yield* rest;
}

function lacksContent({ results }: ResultOf<typeof files.commit>): boolean {
  return results.some((result) => result.status === 'problem' && result.code === 'MissingContent');
}
