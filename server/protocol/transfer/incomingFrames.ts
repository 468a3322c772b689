import type { ContentFrame } from '../contentFrame.ts';
import { SynclineError } from '../errors.ts';
import type { ReceiveWindow } from './receiveWindow.ts';
import { beyondCredit, type TransferEnd } from './transferTable.ts';

/**
 * The frames of one transfer in the order of the stream, checked as they come: no gap, nothing beyond the credit, nothing
 * after the last, all of one encoding. Read by one reader at a time.
 */
export class IncomingFrames implements TransferEnd {
  readonly #queue: ContentFrame[] = [];
  readonly #window: ReceiveWindow;
  readonly #stallMs: number;
  #expected = 0;
  #zstd: boolean | undefined;
  #complete = false;
  #error: SynclineError | undefined;
  #remote = false;
  #wake: (() => void) | undefined;

  constructor(window: ReceiveWindow, options: { stallMs: number; zstd: boolean | undefined }) {
    this.#window = window;
    this.#stallMs = options.stallMs;
    this.#zstd = options.zstd;
  }

  /** Whether it was the other side that gave up. */
  get remote(): boolean {
    return this.#remote;
  }

  frame(frame: ContentFrame): void {
    if (this.#error) return;
    const fault = this.#faultOf(frame);
    if (fault) return this.ended(fault, false);
    this.#expected += frame.payload.byteLength;
    this.#zstd = frame.zstd;
    this.#complete = frame.last;
    this.#queue.push(frame);
    this.#window.arrived(this.#expected);
    this.#wake?.();
  }

  ended(error: SynclineError, remote: boolean): void {
    this.#error ??= error;
    this.#remote ||= remote;
    this.#queue.length = 0;
    this.#wake?.();
  }

  /**
   * The next frame. After an error nothing that is still queued is given out.
   * @throws SynclineError what ended the transfer, or `TransferStalled` when nothing comes for too long.
   */
  async next(): Promise<ContentFrame> {
    if (this.#queue.length === 0 && !this.#error) await this.#arrival();
    if (this.#error) throw this.#error;
    const frame = this.#queue.shift();
    if (!frame) throw new SynclineError('TransferStalled');
    return frame;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), this.#stallMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #faultOf(frame: ContentFrame): SynclineError | undefined {
    if (this.#complete) return new SynclineError('BadFrame', 'A frame came after the last one of its transfer.');
    if (frame.offset !== this.#expected) {
      return new SynclineError('BadFrame', `A frame starts at ${frame.offset} where ${this.#expected} was due.`);
    }
    if (this.#expected + frame.payload.byteLength > this.#window.granted) return beyondCredit();
    if (this.#zstd !== undefined && frame.zstd !== this.#zstd) {
      return new SynclineError('BadFrame', 'A frame is encoded otherwise than its transfer.');
    }
    return undefined;
  }
}
