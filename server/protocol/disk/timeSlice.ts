import { setImmediate } from 'node:timers/promises';

/**
 * Lets long synchronous work on a disk (cheaper by far than a promise per file) share the event loop: ask {@link rest}
 * between two pieces; it gives the loop a turn whenever the slice is used up.
 */
export class TimeSlice {
  readonly #lengthMs: number;
  #endsAt: number;

  constructor(lengthMs = 10) {
    this.#lengthMs = lengthMs;
    this.#endsAt = performance.now() + lengthMs;
  }

  /** Whether it is time for {@link rest}; asked first so that the usual case costs no promise. */
  get spent(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** @throws the signal's reason when it was aborted meanwhile. */
  async rest(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await setImmediate();
    signal?.throwIfAborted();
    this.#endsAt = performance.now() + this.#lengthMs;
  }
}
