import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, writeFrameHeader } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import type { TransferEnd, TransferTable } from './transferTable.ts';

/** Most transfers are one small file: they never need a frame of full size. */
const SMALL_PAYLOAD = 3 * 1024;
const SMALLEST_FULL_PAYLOAD = 32 * 1024;
const FRAMES_IN_A_TURN = 4;

/** Packs the stream of one transfer into frames and sends them as credit and the link allow. */
export class OutgoingFrames implements TransferEnd {
  readonly #transfers: TransferTable;
  readonly #transfer: number;
  readonly #zstd: boolean;
  readonly #stallMs: number;
  readonly #largest: number;
  /** Being filled; undefined until credit for it is there. */
  #frame: Buffer | undefined;
  #filled = 0;
  /** Payload bytes that `#frame` is going to hold. */
  #capacity = 0;
  /** Bytes sent, which is the offset of the next frame. */
  #offset = 0;
  #granted: number;
  #error: SynclineError | undefined;
  #remote = false;
  #wake: (() => void) | undefined;
  #interrupt: ((error: SynclineError) => void) | undefined;
  #inTurn = 0;

  constructor(transfers: TransferTable, options: { transfer: number; zstd: boolean; stallMs: number }) {
    this.#transfers = transfers;
    this.#granted = transfers.limits.initialCredit;
    this.#largest = transfers.limits.framePayload;
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
    this.#interrupt?.(this.#error);
  }

  /** What `work` gives, or as soon as the transfer has ended the reason for that. One at a time. */
  orEnded<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      if (this.#error) reject(this.#error);
      work.then(resolve, reject);
    });
  }

  async write(piece: Uint8Array): Promise<void> {
    let rest = piece;
    while (rest.byteLength > 0) {
      // a full frame is held back until more comes, because it may be the last
      if (this.#frame && this.#filled === this.#capacity) this.#send(false);
      this.#frame ??= await this.#begin(rest.byteLength);
      const bytes = rest.subarray(0, this.#capacity - this.#filled);
      if (this.#frame.byteLength < FRAME_HEADER_BYTES + this.#filled + bytes.byteLength) this.#enlarge(this.#frame);
      this.#frame.set(bytes, FRAME_HEADER_BYTES + this.#filled);
      this.#filled += bytes.byteLength;
      rest = rest.subarray(bytes.byteLength);
    }
  }

  async finish(): Promise<void> {
    this.#frame ??= Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    this.#send(true);
  }

  /**
   * Waits until a frame may go. It takes a quarter of the credit at most, down to a size below which the overhead counts, so
   * that the receiver can grant on while the rest travels and other traffic finds gaps.
   */
  async #begin(bytes: number): Promise<Buffer> {
    while (this.#granted <= this.#offset) await this.#waitFor((resolve) => (this.#wake = resolve));
    await this.#linkDrained();
    await this.#turn();
    const credit = this.#granted - this.#offset;
    this.#capacity = Math.min(credit, this.#largest, Math.max(SMALLEST_FULL_PAYLOAD, Math.floor(credit / 4)));
    return bytes > SMALL_PAYLOAD
      ? this.#transfers.frames.take()
      : Buffer.allocUnsafe(FRAME_HEADER_BYTES + SMALL_PAYLOAD);
  }

  #send(last: boolean): void {
    this.#throwIfEnded();
    if (!this.#frame) return;
    const buffer = this.#frame;
    const frame = buffer.subarray(0, FRAME_HEADER_BYTES + this.#filled);
    writeFrameHeader(frame, { transfer: this.#transfer, offset: this.#offset, zstd: this.#zstd, last });
    this.#offset += this.#filled;
    this.#frame = undefined;
    this.#filled = 0;
    const { carrier, frames } = this.#transfers;
    carrier.sendFrame(frame, buffer.byteLength === MAX_FRAME_BYTES ? () => frames.give(buffer) : undefined);
  }

  /** Lets everything else have its turn now and then: a link that takes all at once would never make anyone wait. */
  async #turn(): Promise<void> {
    if (++this.#inTurn < FRAMES_IN_A_TURN) return;
    this.#inTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
    this.#throwIfEnded();
  }

  #enlarge(frame: Buffer): void {
    const larger = this.#transfers.frames.take();
    larger.set(frame.subarray(0, FRAME_HEADER_BYTES + this.#filled));
    this.#frame = larger;
  }

  async #linkDrained(): Promise<void> {
    await this.#waitFor((resolve) => {
      this.#wake = () => this.#error && resolve();
      void this.#transfers.carrier.drained().then(resolve);
    });
    this.#throwIfEnded();
  }

  #throwIfEnded(): void {
    if (this.#error) throw this.#error;
  }

  /** @throws SynclineError what ended the transfer, or `TransferStalled` when it waits for too long. */
  async #waitFor(arrange: (resolve: () => void) => void): Promise<void> {
    this.#throwIfEnded();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new SynclineError('TransferStalled')), this.#stallMs);
      arrange(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#wake = undefined;
    this.#throwIfEnded();
  }
}
