import { pipeline } from 'node:stream/promises';
import { STALL_MS } from '../limits.ts';
import { SynclineError } from '../errors.ts';
import type { Encoding } from '../messages/content.ts';
import { abortReason } from '../rpc/abortReason.ts';
import { OutgoingFrames } from './outgoingFrames.ts';
import type { TransferTable } from './transferTable.ts';
import { compress, zstdCompressor } from './zstd.ts';

export interface SendOptions {
  readonly transfer: number;
  readonly encoding: Encoding;
  /** The bytes of all parts, one after the other. Pieces must not be changed once they have been given out. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Bytes of content that have been taken from the source so far. */
  readonly onProgress?: (bytes: number) => void;
  readonly stallMs?: number;
}

/**
 * Sends a transfer: never more than the receiver has granted and never faster than the link drains. Begins at once, before
 * the first await. Resolves when the last frame has been handed to the link, with the bytes taken from the source; whether
 * they have arrived is told by the answer to the request: see `joinTransfer`.
 *
 * Rejects with a `SynclineError`: `Cancelled` (also when the receiver gave up), `TransferStalled`, the connection's end, or
 * whatever the source threw. The other side is told, and the connection lives on.
 */
export async function sendTransfer(
  peer: { readonly transfers: TransferTable },
  options: SendOptions,
): Promise<{ bytes: number }> {
  const { transfer, encoding, signal, stallMs = STALL_MS } = options;
  const { transfers } = peer;
  const frames = new OutgoingFrames(transfers, { transfer, zstd: encoding === 'zstd', stallMs });
  const onAbort = (): void => frames.ended(abortReason(signal), false);
  let bytes = 0;

  async function* counted(): AsyncGenerator<Uint8Array> {
    const pieces = options.source[Symbol.asyncIterator]();
    try {
      // not `for await`: a source that hangs must not keep the transfer from ending
      for (;;) {
        const next = await frames.orEnded(pieces.next());
        if (next.done === true) return;
        bytes += next.value.byteLength;
        yield next.value;
        options.onProgress?.(bytes);
      }
    } catch (error) {
      // the stage that waits for credit must not wait for it in vain
      frames.ended(SynclineError.from(error), false);
      throw error;
    } finally {
      pieces.return?.().catch(() => {});
    }
  }

  const send = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of pieces) await frames.write(piece);
    await frames.finish();
  };

  transfers.begin(transfer, frames);
  try {
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    if (encoding === 'identity') await send(counted());
    else await sendCompressed(counted(), send);
    return { bytes };
  } catch (error) {
    if (!frames.remote) transfers.carrier.cancel(transfer);
    throw SynclineError.from(error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    transfers.finish(transfer);
  }
}

/** Up to this size a transfer is compressed as a whole, which costs far less than a stream of its many small pieces. */
const WHOLE = 2 * 1024 * 1024;

/** A large transfer goes through a stream. */
async function sendCompressed(
  source: AsyncGenerator<Uint8Array>,
  send: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const head: Uint8Array[] = [];
  let size = 0;
  while (size <= WHOLE) {
    const next = await source.next();
    if (next.done === true) return send(once(await compress(Buffer.concat(head, size))));
    head.push(next.value);
    size += next.value.byteLength;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* head;
    yield* source;
  }
  await pipeline(all(), zstdCompressor(), send);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
