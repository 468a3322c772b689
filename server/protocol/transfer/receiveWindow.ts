import { INITIAL_CREDIT } from '../limits.ts';

/** How much a receiver lets the sender have under way, counted in bytes of the transfer's stream as it travels. */
export class ReceiveWindow {
  #granted = INITIAL_CREDIT;
  #consumed = 0;
  readonly #size = INITIAL_CREDIT;

  /** The offset up to which the sender may go. */
  get granted(): number {
    return this.#granted;
  }

  /** So many more bytes have been dealt with. Answers the offset to grant, or undefined while that is not worth a message. */
  consumed(bytes: number): number | undefined {
    this.#consumed += bytes;
    const goal = this.#consumed + this.#size;
    if (goal - this.#granted < this.#size / 4) return undefined;
    this.#granted = goal;
    return goal;
  }
}
