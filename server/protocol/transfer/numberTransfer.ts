import { EMPTY_CONTENT } from '../contentId.ts';
import { MAX_FRAME_PAYLOAD } from '../limits.ts';
import type { ContentSink } from './contentSink.ts';
import { receiveTransfer } from './receiveTransfer.ts';
import { sendTransfer } from './sendTransfer.ts';
import type { TransferTable } from './transferTable.ts';

type Peer = { readonly transfers: TransferTable };

export interface NumberTransfer {
  readonly transfer: number;
  readonly numbers: Float64Array;
  readonly signal?: AbortSignal;
  /** How long nothing may move; for whoever waits for work that the other side does first. */
  readonly stallMs?: number;
}

/** Sends numbers as 8 bytes each, little-endian; they must not change meanwhile. Rejects like `sendTransfer`. */
export async function sendNumbers(peer: Peer, { numbers, ...options }: NumberTransfer): Promise<void> {
  const bytes = bytesOf(numbers);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    // a copy: what is handed to a socket must not lie in memory that threads share
    for (let at = 0; at < bytes.length; at += MAX_FRAME_PAYLOAD) yield bytes.slice(at, at + MAX_FRAME_PAYLOAD);
  }
  await sendTransfer(peer, { ...options, encoding: 'identity', source: pieces() });
}

/** Fills `numbers` from a transfer; exactly so many have to come. Rejects like `receiveTransfer`. */
export async function receiveNumbers(peer: Peer, { numbers, ...options }: NumberTransfer): Promise<void> {
  const bytes = bytesOf(numbers);
  let at = 0;
  // they are no content of a share: nothing is hashed, and the id says nothing
  const part = { content: EMPTY_CONTENT, size: bytes.length, from: 0 };
  const sink: ContentSink = {
    open: async () => ({
      async write(piece) {
        bytes.set(piece, at);
        at += piece.length;
      },
      async finish() {},
      async abort() {},
    }),
  };
  await receiveTransfer(peer, { ...options, parts: [part], sink, encoding: 'identity' });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
