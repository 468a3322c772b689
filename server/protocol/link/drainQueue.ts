import { LINK_HIGH_WATER, MAX_FRAME_PAYLOAD } from '../limits.ts';

/**
 * Those who wait for a link to drain. They are let go in the order in which they came, only as many as there is room for at
 * one full frame each, so that transfers take turns and the buffer stays bounded.
 */
export class DrainQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #bufferedBytes: () => number;
  #ended = false;

  constructor(bufferedBytes: () => number) {
    this.#bufferedBytes = bufferedBytes;
  }

  wait(): Promise<void> {
    if (this.#ended || (this.#waiting.length === 0 && this.#bufferedBytes() < LINK_HIGH_WATER))
      return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** To be called whenever something has been written out. */
  written(): void {
    if (this.#waiting.length === 0) return;
    const buffered = this.#bufferedBytes();
    // some may have stopped waiting: with nothing buffered this is the last call, and all must go
    const room = buffered === 0 ? this.#waiting.length : Math.ceil((LINK_HIGH_WATER - buffered) / MAX_FRAME_PAYLOAD);
    for (let n = 0; n < room; n++) this.#waiting.shift()?.();
  }

  end(): void {
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
