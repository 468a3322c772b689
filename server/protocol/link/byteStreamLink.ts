import type { Readable, Writable } from 'node:stream';
import { MAX_FRAME_BYTES } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import { MAX_MESSAGE_BYTES } from '../limits.ts';
import { closeReasonOf, LOST, NORMAL_CLOSE } from './closeReason.ts';
import { DrainQueue } from './drainQueue.ts';
import { GatheredSends } from './gatheredSends.ts';
import type { Link, LinkClose, LinkReceiver } from './link.ts';

/** How long the other side may take to read what is left and to end its half. */
const CLOSE_GRACE_MS = 2_000;

const PREFIX_BYTES = 5;
const TEXT = 1;
const BINARY = 2;
/** u16 code and a text of at most 123 bytes, as in WebSocket. The last frame. */
const CLOSE = 3;
const LONGEST: Readonly<Record<number, number>> = {
  [TEXT]: MAX_MESSAGE_BYTES,
  [BINARY]: MAX_FRAME_BYTES,
  [CLOSE]: 125,
};

/**
 * A link over two byte streams, such as the standard input and output of a process. Each frame is a prefix of five bytes, u32
 * big-endian length of what follows the prefix and u8 kind (1 text, 2 binary, 3 close), and then so many bytes. Text is UTF-8.
 * Takes the streams over. Reads nothing before `listen`.
 */
export class ByteStreamLink implements Link {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #drain: DrainQueue;
  readonly #sends: GatheredSends;
  #receiver: LinkReceiver | undefined;
  /** A prefix or payload of which a part has arrived. */
  #gathered: { readonly buffer: Buffer; filled: number } | undefined;
  /** Of the frame whose prefix has been read. */
  #frame: { kind: number; length: number } | undefined;
  #ended = false;
  #closing = false;
  #grace: NodeJS.Timeout | undefined;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(readable: Readable, writable: Writable) {
    this.#readable = readable;
    this.#writable = writable;
    this.#drain = new DrainQueue(() => writable.writableLength);
    this.#sends = new GatheredSends(
      () => writable.cork(),
      () => writable.uncork(),
    );
    for (const stream of new Set([readable, writable])) {
      stream.on('error', () => this.#end(LOST));
      stream.on('close', () => this.#end(LOST));
    }
    readable.on('end', () => this.#end(LOST));
  }

  get bufferedBytes(): number {
    return this.#writable.writableLength;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  sendText(text: string): void {
    if (this.#isOver) return;
    this.#sends.add(text.length);
    this.#send(TEXT, Buffer.from(text));
  }

  sendBinary(frame: Uint8Array, released?: () => void): void {
    if (this.#isOver) return released?.();
    this.#sends.add(frame.byteLength);
    this.#send(BINARY, frame, released);
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    if (this.#ended) receiver.closed(LOST);
    else this.#readable.on('data', (chunk: Buffer) => this.#received(chunk));
  }

  close(reason: LinkClose = NORMAL_CLOSE): void {
    if (this.#ended || this.#closing) return;
    const payload = Buffer.alloc(2 + Math.min(Buffer.byteLength(reason.reason), 123));
    payload.writeUInt16BE(reason.code);
    payload.write(reason.reason, 2);
    this.#sends.sendOff();
    if (this.#writable.writable) this.#send(CLOSE, payload);
    this.#closing = true;
    this.#writable.end();
    this.#grace = setTimeout(() => {
      this.#end(reason);
      this.#destroy();
    }, CLOSE_GRACE_MS);
  }

  get #isOver(): boolean {
    return this.#ended || this.#closing || !this.#writable.writable;
  }

  #send(kind: number, payload: Uint8Array, released?: () => void): void {
    this.#sentBytes += payload.byteLength;
    const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
    prefix.writeUInt32BE(payload.byteLength);
    prefix.writeUInt8(kind, 4);
    this.#writable.write(prefix);
    this.#writable.write(payload, () => {
      released?.();
      this.#drain.written();
    });
  }

  #received(chunk: Buffer): void {
    const bytes = { chunk, at: 0 };
    while (!this.#ended) {
      if (!this.#frame) {
        const prefix = this.#take(PREFIX_BYTES, bytes);
        if (!prefix) return;
        this.#frame = { length: prefix.readUInt32BE(), kind: prefix.readUInt8(4) };
        const longest = LONGEST[this.#frame.kind];
        if (longest === undefined) return this.#refuse(new SynclineError('BadFrame'));
        if (this.#frame.length > longest) return this.#refuse(new SynclineError('TooLarge'));
      }
      const { kind, length } = this.#frame;
      const payload = this.#take(length, bytes);
      if (!payload) return;
      this.#frame = undefined;
      this.#deliver(kind, payload);
    }
  }

  #deliver(kind: number, payload: Buffer): void {
    this.#receivedBytes += payload.byteLength;
    if (kind === TEXT) this.#receiver?.text(payload.toString());
    else if (kind === BINARY) this.#receiver?.binary(payload);
    else if (payload.byteLength < 2) this.#end(NORMAL_CLOSE);
    else this.#end({ code: payload.readUInt16BE(), reason: payload.toString('utf8', 2) });
  }

  /** The next `count` bytes, or undefined until they are all there. Copies only what lies across chunks. */
  #take(count: number, bytes: { chunk: Buffer; at: number }): Buffer | undefined {
    const { chunk, at } = bytes;
    if (!this.#gathered && chunk.byteLength - at >= count) {
      bytes.at += count;
      return chunk.subarray(at, at + count);
    }
    this.#gathered ??= { buffer: Buffer.allocUnsafeSlow(count), filled: 0 };
    const { buffer, filled } = this.#gathered;
    const copied = chunk.copy(buffer, filled, at);
    bytes.at += copied;
    this.#gathered.filled += copied;
    if (this.#gathered.filled < count) return undefined;
    this.#gathered = undefined;
    return buffer;
  }

  /** The streams are out of step: nothing that follows can be told apart. */
  #refuse(error: SynclineError): void {
    this.close(closeReasonOf(error));
    this.#end(closeReasonOf(error));
  }

  #end(reason: LinkClose): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drain.end();
    this.#gathered = undefined;
    this.#receiver?.closed(reason);
    // what was sent before `close` still goes out, within the grace
    if (!this.#closing || this.#writable.writableFinished) this.#destroy();
    else this.#writable.once('finish', () => this.#destroy());
  }

  #destroy(): void {
    clearTimeout(this.#grace);
    this.#readable.destroy();
    this.#writable.destroy();
  }
}
