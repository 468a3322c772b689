import { Writable } from 'node:stream';
import type { ClientOptions, RawData, ServerOptions, WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../limits.ts';
import { NORMAL_CLOSE } from './closeReason.ts';
import { DrainQueue } from './drainQueue.ts';
import { GatheredSends } from './gatheredSends.ts';
import type { Link, LinkClose, LinkReceiver } from './link.ts';

/** How long the other side may take to agree to the end. */
const CLOSE_GRACE_MS = 2_000;

const CODE_OF_FAULT: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
};

/** For `new WebSocketServer({...})`. Compression costs ten times what it saves here: contents are compressed on their own. */
export const WEB_SOCKET_SERVER_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE_BYTES,
} as const satisfies ServerOptions;

/**
 * For `new WebSocket(url, SUBPROTOCOL, {...})`; every part matters, the client's own defaults are others.
 *
 * Masking exists to keep bytes chosen by a script from looking like HTTP to a proxy that reads along. Where nobody can read
 * along (TLS, loopback, a pipe) it protects nothing and costs most of the throughput, so a mask of zeros is sent instead: pass
 * `unobserved` for these and only these.
 */
export function webSocketClientOptions(unobserved: boolean): ClientOptions {
  return {
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    ...(unobserved ? { generateMask: (mask: Buffer) => mask.fill(0) } : {}),
  };
}

/** A link over an open WebSocket of either side. Takes the socket over: nobody else may listen, send or close. */
export class WebSocketLink implements Link {
  readonly #socket: WebSocket;
  readonly #drain: DrainQueue;
  readonly #sends: GatheredSends;
  #early: ((receiver: LinkReceiver) => void)[] = [];
  #receiver: LinkReceiver | undefined;
  #ended = false;
  #closing = false;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#drain = new DrainQueue(() => socket.bufferedAmount);
    this.#sends = new GatheredSends(
      () => streamOf(socket)?.cork(),
      () => streamOf(socket)?.uncork(),
    );
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('close', (code, reason) => this.#end({ code, reason: reason.toString() }));
    socket.on('error', (error) => this.#failed(error));
    if (socket.readyState === socket.CLOSED) this.#end({ code: 1006, reason: '' });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
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
    this.#send(Buffer.from(text), false);
  }

  sendBinary(frame: Uint8Array, released?: () => void): void {
    if (this.#isOver) return released?.();
    this.#sends.add(frame.byteLength);
    this.#send(frame, true, released);
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  listen(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    const early = this.#early;
    this.#early = [];
    for (const deliver of early) deliver(receiver);
  }

  close(reason: LinkClose = NORMAL_CLOSE): void {
    if (this.#ended || this.#closing) return;
    // whoever ends the program right after this must not take along what was sent before
    this.#sends.sendOff();
    this.#closing = true;
    this.#socket.close(reason.code, reason.reason);
    this.#terminateLater();
  }

  get #isOver(): boolean {
    return this.#ended || this.#closing || this.#socket.readyState !== this.#socket.OPEN;
  }

  #send(data: Uint8Array, binary: boolean, released?: () => void): void {
    this.#sentBytes += data.byteLength;
    this.#socket.send(data, { binary }, () => {
      released?.();
      this.#drain.written();
    });
  }

  #received(data: RawData, isBinary: boolean): void {
    // `binaryType` is left at 'nodebuffer', so data is one Buffer
    const bytes = data as Buffer;
    this.#receivedBytes += bytes.byteLength;
    if (isBinary) this.#deliver((receiver) => receiver.binary(bytes));
    else this.#deliver((receiver) => receiver.text(bytes.toString()));
  }

  #end(reason: LinkClose): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drain.end();
    this.#deliver((receiver) => receiver.closed(reason));
  }

  /** What breaks the rules of WebSocket has been answered by `ws` with its code; after other errors 'close' follows. */
  #failed(error: Error & { code?: string }): void {
    if (!error.code?.startsWith('WS_ERR_')) return;
    this.#terminateLater();
    this.#end({ code: CODE_OF_FAULT[error.code] ?? 1002, reason: '' });
  }

  #terminateLater(): void {
    const timer = setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  #deliver(deliver: (receiver: LinkReceiver) => void): void {
    if (this.#receiver) deliver(this.#receiver);
    else this.#early.push(deliver);
  }
}

/** The stream below a WebSocket, which `ws` keeps in a field that it does not document: without it, sending works as well. */
function streamOf(socket: WebSocket): Writable | undefined {
  const stream: unknown = Reflect.get(socket, '_socket');
  return stream instanceof Writable ? stream : undefined;
}
