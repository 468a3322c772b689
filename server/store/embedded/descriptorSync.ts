import { closeSync, fsync } from 'node:fs';

/** So many are under way at once; the journal of the file system settles them together. */
const PARALLEL = 32;
/** So many may wait with their files open. */
const WAITING = 256;

/** Makes files durable in the background while others are still arriving. */
export class DescriptorSync {
  readonly #queue: (() => void)[] = [];
  readonly #room: (() => void)[] = [];
  #busy = 0;

  /** Resolves once the file is durable; closes the descriptor in any case. The promise may be left alone for a while. */
  sync(descriptor: number): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const start = (): void => {
        this.#busy++;
        fsync(descriptor, (error) => {
          closeSync(descriptor);
          this.#next();
          if (error) reject(error);
          else resolve();
        });
      };
      if (this.#busy < PARALLEL) start();
      else this.#queue.push(start);
    });
    done.catch(() => {});
    return done;
  }

  /** Resolves when there is room for more; at once, mostly. */
  async room(): Promise<void> {
    while (this.#queue.length >= WAITING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #next(): void {
    this.#busy--;
    this.#queue.shift()?.();
    if (this.#queue.length < WAITING) for (const wake of this.#room.splice(0)) wake();
  }
}
