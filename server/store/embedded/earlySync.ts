import { fsync } from 'node:fs';

/** So much is written before the disk is set to work on it. */
const PORTION = 32 * 1024 * 1024;

/**
 * Makes a large file durable while it is still being written: the disk then has little left to do in the end. One sync at a
 * time, beside the writing.
 */
export class EarlySync {
  readonly #descriptor: number;
  #unsynced = 0;
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @throws what an earlier sync met: the system tells of it once, so it must not be lost. */
  wrote(bytes: number): void {
    if (this.#failure) throw this.#failure.error;
    this.#unsynced += bytes;
    if (this.#running || this.#unsynced < PORTION) return;
    this.#unsynced = 0;
    this.#running = new Promise((resolve) => {
      fsync(this.#descriptor, (error) => {
        if (error) this.#failure = { error };
        this.#running = undefined;
        resolve();
      });
    });
  }

  /** Resolves when the descriptor is in use no more; the rest is still to be synced. Rejects like {@link wrote}. */
  async settled(): Promise<void> {
    await this.#running;
    if (this.#failure) throw this.#failure.error;
  }
}
