import { closeSync, fsync } from 'node:fs';
import type { BulkSync } from './bulkSync.ts';

/** So many files are under way at once; the journal of a file system settles them together. */
const PARALLEL = 64;
/** So many may wait, open. */
const WAITING = 1024;

/** From here on files are written out together first; for less that is not worth it. */
const MANY = 32;

/** Descriptors that become durable together, for somebody who waits for all of them. */
interface Batch {
  left: number;
  failure: Error | undefined;
  readonly settle: () => void;
}

/** Makes files of one folder durable in the background while others are still arriving. */
export class DescriptorSync {
  readonly #folder: string;
  readonly #bulk: BulkSync | undefined;
  readonly #queue: { readonly descriptor: number; readonly batch: Batch }[] = [];
  readonly #room: (() => void)[] = [];
  #busy = 0;
  /** Files of the queue, from the first on, that have been written out and need no more than a word. */
  #writtenOut = 0;
  #isWritingOut = false;

  constructor(folder: string, bulk?: BulkSync) {
    this.#folder = folder;
    this.#bulk = bulk;
  }

  /**
   * Resolves once all these files are durable, or rejects with the first failure when all have been tried; closes the
   * descriptors in any case. The promise may be left alone for a while.
   */
  sync(descriptors: readonly number[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {});
    const settle = (): void => (batch.failure ? reject(batch.failure) : resolve());
    const batch: Batch = { left: descriptors.length, failure: undefined, settle };
    if (descriptors.length === 0) settle();
    for (const descriptor of descriptors) this.#queue.push({ descriptor, batch });
    this.#next();
    return promise;
  }

  /** Resolves when there is room for more; at once, mostly. */
  async room(): Promise<void> {
    while (this.#queue.length >= WAITING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #next(): void {
    if (this.#isWritingOut) return;
    if (this.#bulk && this.#writtenOut === 0 && this.#queue.length >= MANY)
      return void this.#writeOutQueued(this.#bulk);
    while (this.#busy < PARALLEL) {
      const next = this.#queue.shift();
      if (!next) break;
      if (this.#writtenOut > 0) this.#writtenOut--;
      this.#start(next.descriptor, next.batch);
    }
    if (this.#queue.length < WAITING) for (const wake of this.#room.splice(0)) wake();
  }

  #start(descriptor: number, batch: Batch): void {
    this.#busy++;
    fsync(descriptor, (error) => {
      closeSync(descriptor);
      this.#busy--;
      if (error) batch.failure ??= error;
      if (--batch.left === 0) batch.settle();
      this.#next();
    });
  }

  async #writeOutQueued(bulk: BulkSync): Promise<void> {
    this.#isWritingOut = true;
    const { length } = this.#queue;
    await bulk.writeOut(this.#folder);
    this.#writtenOut = length;
    this.#isWritingOut = false;
    this.#next();
  }
}
