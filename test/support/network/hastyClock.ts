import type { Clock } from '../../../extension/connect/clock.ts';

/** A real clock whose time passes `haste` times as fast. */
export class HastyClock implements Clock {
  readonly #haste: number;
  readonly #begun = performance.now();

  constructor(haste: number) {
    this.#haste = haste;
  }

  now(): number {
    return Math.round((performance.now() - this.#begun) * this.#haste);
  }

  uptime(): number {
    return this.now();
  }

  after(ms: number, callback: () => void): { dispose(): void } {
    const timer = setTimeout(callback, ms / this.#haste);
    return { dispose: () => clearTimeout(timer) };
  }
}
