const MOST = { messages: 64, bytes: 64 * 1024 };

/**
 * What is sent in one turn of the event loop, or in turns that follow each other, goes to the system in one call, which is
 * most of what a small message costs. The first turn without any sends them off, so that none ever waits for another.
 */
export class GatheredSends {
  readonly #begin: () => void;
  readonly #sendOff: () => void;
  #messages = 0;
  #bytes = 0;

  /** `begin` is called before the first of them, `sendOff` after the last. */
  constructor(begin: () => void, sendOff: () => void) {
    this.#begin = begin;
    this.#sendOff = sendOff;
  }

  /** To be called before each. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (++this.#messages > 1) return;
    this.#begin();
    setImmediate(this.#turn, 1);
  }

  /** Waits no longer. */
  sendOff(): void {
    if (this.#messages === 0) return;
    this.#messages = 0;
    this.#bytes = 0;
    this.#sendOff();
  }

  readonly #turn = (seen: number): void => {
    const isGrowing = this.#messages > seen && this.#messages < MOST.messages && this.#bytes < MOST.bytes;
    if (isGrowing) setImmediate(this.#turn, this.#messages);
    else this.sendOff();
  };
}
