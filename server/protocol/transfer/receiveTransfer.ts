import { pipeline } from 'node:stream/promises';
import type { ContentFrame } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import { STALL_MS } from '../limits.ts';
import type { ContentPart, Encoding } from '../messages/content.ts';
import { abortReason } from '../rpc/abortReason.ts';
import type { ContentSink } from './contentSink.ts';
import { IncomingFrames } from './incomingFrames.ts';
import { PartSplitter } from './partSplitter.ts';
import { ReceiveWindow } from './receiveWindow.ts';
import type { TransferTable } from './transferTable.ts';
import { decompress, zstdDecompressor } from './zstd.ts';

export interface ReceiveOptions {
  readonly transfer: number;
  readonly parts: readonly ContentPart[];
  readonly sink: ContentSink;
  readonly signal?: AbortSignal;
  /** What was announced; frames that say otherwise are bad. Left out: the first frame decides. */
  readonly encoding?: Encoding;
  /** Bytes of content received so far, decoded. */
  readonly onProgress?: (bytes: number) => void;
  readonly stallMs?: number;
}

/** Up to this size a transfer that came in one frame is decoded as a whole. */
const SMALL = 1024 * 1024;

/**
 * Receives a transfer into a sink. Begins at once, before the first await: call it before, or in the same turn as, sending the
 * request that makes the other side send. Resolves when every part is finished and verified.
 *
 * Rejects with a `SynclineError`: `BadFrame`, `ContentMismatch`, `TransferStalled`, `Cancelled`, the connection's end, or
 * whatever the sink said. The other side is told to stop, and the connection lives on.
 */
export async function receiveTransfer(
  peer: { readonly transfers: TransferTable },
  options: ReceiveOptions,
): Promise<{ bytes: number }> {
  const { transfer, parts, sink, signal, encoding, stallMs = STALL_MS } = options;
  const { transfers } = peer;
  const window = new ReceiveWindow(transfers.pace, transfers.limits.initialCredit);
  const frames = new IncomingFrames(window, {
    stallMs,
    zstd: encoding === undefined ? undefined : encoding === 'zstd',
  });
  const splitter = new PartSplitter(parts, sink);
  const announced = parts.reduce((sum, part) => sum + part.size - part.from, 0);
  const onAbort = (): void => frames.ended(abortReason(signal), false);
  // ends the wait for the next frame too: it may never come
  const failed = (error: unknown): SynclineError => {
    const failure = asTransferError(error);
    frames.ended(failure, false);
    return failure;
  };

  async function* payloads(first: ContentFrame): AsyncGenerator<Uint8Array> {
    for (let frame = first; ; frame = await frames.next()) {
      yield frame.payload;
      if (frame.last) return;
      const upTo = window.consumed(frame.payload.byteLength);
      if (upTo !== undefined) transfers.carrier.grant(transfer, upTo);
    }
  }

  const take = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      for await (const piece of pieces) {
        // checked before anything is written: a few bytes of zstd can stand for gigabytes
        if (splitter.bytes + piece.byteLength > announced) throw tooMuch();
        await splitter.write(piece);
        options.onProgress?.(splitter.bytes);
      }
    } catch (error) {
      throw failed(error);
    }
  };

  transfers.begin(transfer, frames);
  try {
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    const first = await frames.next();
    if (!first.zstd) await take(payloads(first));
    else if (first.last && announced <= SMALL) await splitter.write(await decompress(first.payload, announced));
    else await pipeline(payloads(first), zstdDecompressor(), take);
    await splitter.finish();
    return { bytes: splitter.bytes };
  } catch (error) {
    const failure = failed(error);
    await splitter.abort();
    if (!frames.remote) transfers.carrier.cancel(transfer);
    throw failure;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    window.close();
    transfers.finish(transfer);
  }
}

function asTransferError(error: unknown): SynclineError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ZSTD_|Z_|ERR_BUFFER_TOO_LARGE)/.test(code)) {
    return new SynclineError('ContentMismatch', 'The compressed bytes are damaged.', { cause: error });
  }
  return SynclineError.from(error);
}

const tooMuch = (): SynclineError => new SynclineError('ContentMismatch', 'More bytes came than were announced.');
