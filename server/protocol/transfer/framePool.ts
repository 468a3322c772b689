import { MAX_FRAME_BYTES } from '../contentFrame.ts';

/** Buffers of the largest frame's size, used again: allocating one per frame costs more than filling it. */
export class FramePool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(MAX_FRAME_BYTES);
  }

  /** `buffer` came from `take` and nobody reads it any longer. */
  give(buffer: Buffer): void {
    if (this.#free.length < KEPT) this.#free.push(buffer);
  }
}

/** As many as fit below a link's high-water mark. */
const KEPT = 8;
