import { closeSync, fsync } from 'node:fs';
import { WORTH_WRITING_OUT } from '../../protocol/disk/writeOut.ts';

/** So many are under way at once; the journal of the file system settles them together. */
const PARALLEL = 32;
/** So many may wait with their files open. */
const WAITING = 1024;

/** Makes files durable in the background while others are still arriving. */
export class DescriptorSync {
  readonly #writeOut: (() => Promise<void>) | undefined;
  readonly #queue: (() => void)[] = [];
  readonly #room: (() => void)[] = [];
  #busy = 0;
  /** How many of those that wait, from the first on, have been written out and need no more than a word. */
  #writtenOut = 0;
  #isWritingOut = false;

  /** `writeOut` is asked when many files wait; without it each is synced by itself. */
  constructor(writeOut?: () => Promise<void>) {
    this.#writeOut = writeOut;
  }

  /** Resolves once the file is durable; closes the descriptor in any case. The promise may be left alone for a while. */
  sync(descriptor: number): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#queue.push(() => {
        this.#busy++;
        fsync(descriptor, (error) => {
          closeSync(descriptor);
          this.#busy--;
          this.#next();
          if (error) reject(error);
          else resolve();
        });
      });
    });
    done.catch(() => {});
    this.#next();
    return done;
  }

  /** Resolves when there is room for more; at once, mostly. */
  async room(): Promise<void> {
    while (this.#queue.length >= WAITING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #next(): void {
    if (this.#writeOut && this.#writtenOut === 0 && this.#queue.length >= WORTH_WRITING_OUT)
      void this.#writeOutQueued(this.#writeOut);
    while (this.#busy < PARALLEL && !this.#isWritingOut) {
      const start = this.#queue.shift();
      if (!start) break;
      if (this.#writtenOut > 0) this.#writtenOut--;
      start();
    }
    if (this.#queue.length < WAITING) for (const wake of this.#room.splice(0)) wake();
  }

  async #writeOutQueued(writeOut: () => Promise<void>): Promise<void> {
    if (this.#isWritingOut) return;
    this.#isWritingOut = true;
    const { length } = this.#queue;
    await writeOut();
    this.#writtenOut = length;
    this.#isWritingOut = false;
    this.#next();
  }
}
