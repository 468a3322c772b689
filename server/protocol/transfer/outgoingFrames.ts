import { FRAME_HEADER_BYTES, writeFrameHeader } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import { INITIAL_CREDIT, MAX_FRAME_PAYLOAD } from '../limits.ts';
import type { TransferCarrier, TransferEnd } from './transferTable.ts';

/** Most transfers are one small file: they never need a frame of full size. */
const SMALL_PAYLOAD = 16 * 1024;

/** Packs the stream of one transfer into frames and sends them as credit and the link allow. */
export class OutgoingFrames implements TransferEnd {
  readonly #carrier: TransferCarrier;
  readonly #transfer: number;
  readonly #zstd: boolean;
  readonly #stallMs: number;
  #frame = newFrame(SMALL_PAYLOAD);
  /** Payload bytes waiting in `#frame`. */
  #filled = 0;
  /** Bytes sent, which is the offset of the next frame. */
  #offset = 0;
  #granted = INITIAL_CREDIT;
  #error: SynclineError | undefined;
  #remote = false;
  #wake: (() => void) | undefined;

  constructor(carrier: TransferCarrier, options: { transfer: number; zstd: boolean; stallMs: number }) {
    this.#carrier = carrier;
    this.#transfer = options.transfer;
    this.#zstd = options.zstd;
    this.#stallMs = options.stallMs;
  }

  /** Whether it was the other side that gave up. */
  get remote(): boolean {
    return this.#remote;
  }

  credited(upTo: number): void {
    this.#granted = Math.max(this.#granted, upTo);
    this.#wake?.();
  }

  ended(error: SynclineError, remote: boolean): void {
    this.#error ??= error;
    this.#remote ||= remote;
    this.#wake?.();
  }

  async write(piece: Uint8Array): Promise<void> {
    let rest = piece;
    while (rest.byteLength > 0) {
      const bytes = rest.subarray(0, MAX_FRAME_PAYLOAD - this.#filled);
      this.#makeRoomFor(bytes.byteLength);
      this.#frame.set(bytes, FRAME_HEADER_BYTES + this.#filled);
      this.#filled += bytes.byteLength;
      rest = rest.subarray(bytes.byteLength);
      // a full frame is held back until more comes, because it may be the last
      if (rest.byteLength > 0) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    while (this.#filled > this.#granted - this.#offset) await this.#flush();
    await this.#linkDrained();
    this.#send(this.#filled, true);
  }

  /** Makes room: sends as much of the waiting bytes as there is credit for. */
  async #flush(): Promise<void> {
    await this.#linkDrained();
    while (this.#granted <= this.#offset) await this.#waitFor((resolve) => (this.#wake = resolve));
    if (this.#error) throw this.#error;
    this.#send(Math.min(this.#filled, this.#granted - this.#offset), false);
  }

  #send(count: number, last: boolean): void {
    if (this.#error) throw this.#error;
    const frame = this.#frame.subarray(0, FRAME_HEADER_BYTES + count);
    const rest = this.#frame.subarray(frame.byteLength, FRAME_HEADER_BYTES + this.#filled);
    this.#frame = newFrame(last ? 0 : MAX_FRAME_PAYLOAD);
    this.#frame.set(rest, FRAME_HEADER_BYTES);
    this.#filled -= count;
    writeFrameHeader(frame, { transfer: this.#transfer, offset: this.#offset, zstd: this.#zstd, last });
    this.#offset += count;
    this.#carrier.sendFrame(frame);
  }

  #makeRoomFor(bytes: number): void {
    const used = FRAME_HEADER_BYTES + this.#filled;
    if (used + bytes <= this.#frame.byteLength) return;
    const larger = newFrame(MAX_FRAME_PAYLOAD);
    larger.set(this.#frame.subarray(0, used));
    this.#frame = larger;
  }

  async #linkDrained(): Promise<void> {
    await this.#waitFor((resolve) => {
      this.#wake = () => this.#error && resolve();
      void this.#carrier.drained().then(resolve);
    });
    if (this.#error) throw this.#error;
  }

  /** @throws SynclineError what ended the transfer, or `TransferStalled` when it waits for too long. */
  async #waitFor(arrange: (resolve: () => void) => void): Promise<void> {
    if (this.#error) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new SynclineError('TransferStalled')), this.#stallMs);
      arrange(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#wake = undefined;
    if (this.#error) throw this.#error;
  }
}

const newFrame = (payload: number): Buffer => Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + payload);
