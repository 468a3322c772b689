const DELAYS_KEPT = 4;
const SMALLEST = 64 * 1024;
const LARGEST = 16 * 1024 * 1024;
const TOGETHER = 32 * 1024 * 1024;
/** Queueing that nobody notices, milliseconds; without it a fast link would be held to windows of a few packets. */
const SLACK_MS = 5;
const ROUNDS_BETWEEN_PROBES = 24;
const RATES_KEPT = 8;
const PROBE_ROUNDS = 2;

/** What the receiving side of a connection has learned about its link; shared by its transfers, one after the other. */
export class LinkPace {
  readonly #delays: number[] = [];
  readonly #claims = new Map<object, number>();
  /** Bytes per millisecond of the last transfer, to begin the next with. */
  rate = 0;

  /** From granting to the arrival of what was granted on an otherwise idle link, milliseconds; undefined until measured. */
  get delay(): number | undefined {
    return this.#delays.length > 0 ? Math.min(...this.#delays) : undefined;
  }

  /** Old measurements are dropped, so that a route that has become longer is noticed. */
  measured(delay: number): void {
    this.#delays.push(delay);
    if (this.#delays.length > DELAYS_KEPT) this.#delays.shift();
  }

  /** Answers how much of `wanted` a window may have: all of a connection's windows together stay within bounds. */
  claim(window: object, wanted: number): number {
    this.#claims.delete(window);
    let others = 0;
    for (const size of this.#claims.values()) others += size;
    const size = Math.max(SMALLEST, Math.min(wanted, LARGEST, TOGETHER - others));
    this.#claims.set(window, size);
    return size;
  }

  release(window: object): void {
    this.#claims.delete(window);
  }
}

/**
 * How much a receiver lets the sender of one transfer have under way, in bytes of the stream as it travels.
 *
 * The window follows the link: twice what the link holds (rate × delay), which keeps it full while whatever else is sent waits
 * behind it for about one more round trip. The rate is seen in passing. The delay can only be seen while nothing queues, so
 * now and then the window shrinks to a quarter for one round. (BBR, Cardwell et al. 2016, does the same from the other end.)
 */
export class ReceiveWindow {
  readonly #pace: LinkPace;
  readonly #now: () => number;
  readonly #rates: number[] = [];
  #granted: number;
  #consumed = 0;
  #size: number;
  /** Rounds left of a probe; only the last is measured, because before it the link still drains. */
  #probing = 0;
  #rounds = 0;
  /** A grant whose first byte is awaited: bytes beyond `offset` were let go at `at`. */
  #mark: { readonly offset: number; readonly at: number } | undefined;
  /** Where the round began in which the rate is being measured. */
  #begin: { readonly offset: number; readonly at: number } | undefined;

  constructor(pace: LinkPace, initialCredit: number, now: () => number = () => performance.now()) {
    this.#pace = pace;
    this.#now = now;
    this.#granted = initialCredit;
    this.#size = initialCredit;
    if (pace.delay === undefined) this.#probe();
  }

  /** The offset up to which the sender may go. Never shrinks. */
  get granted(): number {
    return this.#granted;
  }

  /** Everything up to `offset` has arrived. */
  arrived(offset: number): void {
    const now = this.#now();
    if (!this.#begin) {
      this.#begin = { offset, at: now };
      if (this.#probing === 0) this.#follow();
    }
    if (!this.#mark || offset <= this.#mark.offset) return;
    const delay = now - this.#mark.at;
    this.#mark = undefined;
    this.#roundEnded(delay, offset, now);
  }

  /** So many more bytes have been dealt with. Answers the offset to grant, or undefined while that is not worth a message. */
  consumed(bytes: number): number | undefined {
    this.#consumed += bytes;
    const goal = this.#consumed + this.#size;
    if (goal - this.#granted < this.#size / 4) return undefined;
    this.#mark ??= { offset: this.#granted, at: this.#now() };
    this.#granted = goal;
    return goal;
  }

  /** The transfer is over: its share of the memory is free for others. */
  close(): void {
    this.#pace.release(this);
  }

  #roundEnded(delay: number, offset: number, now: number): void {
    if (this.#probing > 0) {
      if (--this.#probing > 0) return;
      this.#pace.measured(delay);
    } else {
      if (delay < (this.#pace.delay ?? Infinity)) this.#pace.measured(delay);
      this.#measureRate(offset, now);
    }
    this.#begin = { offset, at: now };
    this.#follow();
    if (++this.#rounds % ROUNDS_BETWEEN_PROBES === 0) this.#probe();
  }

  #measureRate(offset: number, now: number): void {
    if (!this.#begin || now <= this.#begin.at) return;
    this.#rates.push((offset - this.#begin.offset) / (now - this.#begin.at));
    if (this.#rates.length > RATES_KEPT) this.#rates.shift();
    this.#pace.rate = Math.max(...this.#rates);
  }

  #follow(): void {
    const { delay, rate } = this.#pace;
    if (delay !== undefined && rate > 0) this.#size = this.#pace.claim(this, Math.ceil(rate * (2 * delay + SLACK_MS)));
  }

  #probe(): void {
    this.#probing = PROBE_ROUNDS;
    this.#size = Math.max(SMALLEST, this.#size >> 2);
    this.#mark = undefined;
  }
}
