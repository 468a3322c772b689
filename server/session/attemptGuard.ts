import { SynclineError } from '../protocol/errors.ts';

export interface GuardOptions {
  readonly now: () => number;
  /** So many failures are free. */
  readonly free?: number;
}

interface Failures {
  count: number;
  at: number;
}

const FREE = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** An address that has behaved for this long starts afresh. */
const FORGET_MS = 10 * 60_000;
const MAX_ADDRESSES = 10_000;

/**
 * Slows down those who try tokens: after a few failures an address has to wait, longer after each further one. Addresses of
 * one IPv6 network of 64 bits count as one, for whoever has one of them has them all.
 */
export class AttemptGuard {
  readonly #now: () => number;
  readonly #free: number;
  /** The address that failed longest ago comes first. */
  readonly #failures = new Map<string, Failures>();

  constructor({ now, free = FREE }: GuardOptions) {
    this.#now = now;
    this.#free = free;
  }

  /** @throws SynclineError `TooManyAttempts` telling how long to wait. */
  check(address: string): void {
    const failures = this.#of(address);
    if (!failures || failures.count < this.#free) return;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures.count - this.#free), LONGEST_PAUSE_MS);
    const retryAfterMs = failures.at + pause - this.#now();
    if (retryAfterMs <= 0) return;
    const message = `Too many failed attempts; wait ${Math.ceil(retryAfterMs / 1000)} s before the next one.`;
    throw new SynclineError('TooManyAttempts', message, { data: { retryAfterMs } });
  }

  failed(address: string): void {
    const count = (this.#of(address)?.count ?? 0) + 1;
    const key = networkOf(address);
    this.#failures.delete(key);
    this.#failures.set(key, { count, at: this.#now() });
    if (this.#failures.size <= MAX_ADDRESSES) return;
    const [oldest] = this.#failures.keys();
    this.#failures.delete(oldest as string);
  }

  succeeded(address: string): void {
    this.#failures.delete(networkOf(address));
  }

  #of(address: string): Failures | undefined {
    const failures = this.#failures.get(networkOf(address));
    return failures && this.#now() - failures.at < FORGET_MS ? failures : undefined;
  }
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] as string;
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] as string).split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left.slice(0, 4).join(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
