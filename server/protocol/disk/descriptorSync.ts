import { closeSync, fsync } from 'node:fs';
import type { BulkSync } from './bulkSync.ts';

/** So many files are under way at once; the journal of a file system settles them together. */
const PARALLEL = 64;
/** So many may wait, open. */
const WAITING = 1024;

/** From here on files are written out together, and given to other threads; for less that is not worth it. */
const MANY = 32;

interface Waiting {
  readonly descriptors: readonly number[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Makes files of one folder durable in the background while others are still arriving. */
export class DescriptorSync {
  readonly #folder: string;
  readonly #bulk: BulkSync | undefined;
  readonly #queue: Waiting[] = [];
  readonly #room: (() => void)[] = [];
  #queued = 0;
  #busy = 0;
  /** Entries of the queue, from the first on, whose files have been written out and need no more than a word. */
  #writtenOut = 0;
  #isWritingOut = false;

  constructor(folder: string, bulk?: BulkSync) {
    this.#folder = folder;
    this.#bulk = bulk;
  }

  /**
   * Resolves once all these files are durable; closes the descriptors in any case. The promise may be left alone for a while.
   */
  sync(descriptors: readonly number[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#queue.push({ descriptors, resolve, reject }));
    this.#queued += descriptors.length;
    done.catch(() => {});
    this.#next();
    return done;
  }

  /** Resolves when there is room for more; at once, mostly. */
  async room(): Promise<void> {
    while (this.#queued >= WAITING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  #next(): void {
    if (this.#isWritingOut) return;
    if (this.#bulk && this.#writtenOut === 0 && this.#queued >= MANY) return void this.#writeOutQueued(this.#bulk);
    while (this.#busy < (this.#writtenOut > 0 ? WAITING : PARALLEL)) {
      const next = this.#queue.shift();
      if (!next) break;
      const isWrittenOut = this.#writtenOut > 0;
      if (isWrittenOut) this.#writtenOut--;
      void this.#settle(next, isWrittenOut);
    }
    if (this.#queued < WAITING) for (const wake of this.#room.splice(0)) wake();
  }

  async #settle({ descriptors, resolve, reject }: Waiting, isWrittenOut: boolean): Promise<void> {
    const { length } = descriptors;
    this.#queued -= length;
    this.#busy += length;
    try {
      if (this.#bulk && isWrittenOut && length >= MANY) await this.#bulk.sync(descriptors);
      else await syncEach(descriptors);
      resolve();
    } catch (error) {
      reject(error);
    } finally {
      this.#busy -= length;
      this.#next();
    }
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

async function syncEach(descriptors: readonly number[]): Promise<void> {
  const failures: unknown[] = [];
  const syncOne = (descriptor: number): Promise<void> =>
    new Promise((resolve) => {
      fsync(descriptor, (error) => {
        closeSync(descriptor);
        if (error) failures.push(error);
        resolve();
      });
    });
  await Promise.all(descriptors.map(syncOne));
  if (failures.length > 0) throw failures[0] as Error;
}
