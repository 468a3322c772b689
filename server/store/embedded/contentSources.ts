import { closeSync, constants, openSync } from 'node:fs';
import type { ContentId } from '../../protocol/contentId.ts';
import { diskError, isMissing } from '../../protocol/disk/diskError.ts';
import type { IndexEntries } from './indexEntries.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ShareRoot } from './shareRoot.ts';

/** Opens files that ought to hold a content: those of the share, as the index has it, and that of history. */
export class ContentSources {
  readonly #root: ShareRoot;
  readonly #entries: IndexEntries;
  readonly #objects: ObjectStore;

  constructor(root: ShareRoot, entries: IndexEntries, objects: ObjectStore) {
    this.#root = root;
    this.#entries = entries;
    this.#objects = objects;
  }

  has(content: ContentId): boolean {
    return this.#entries.holds(content) || this.#objects.has(content);
  }

  /**
   * Descriptors of the candidates, one after the other; each is closed when the next is asked for. What they hold has to be
   * checked. Candidates that are gone are left out; if none is right, see whether
   * the share is there at all ({@link ShareRoot.check}).
   */
  *open(content: ContentId): Generator<number> {
    for (const { path } of this.#entries.holding(content)) yield* this.#opened(() => this.#openEntry(path));
    yield* this.#opened(() => openSync(this.#objects.pathOf(content), FLAGS));
  }

  *#opened(open: () => number): Generator<number> {
    let descriptor: number;
    try {
      descriptor = open();
    } catch (error) {
      if (isMissing(error)) return;
      throw diskError(error, 'read a content');
    }
    try {
      yield descriptor;
    } finally {
      closeSync(descriptor);
    }
  }

  #openEntry(path: string): number {
    const jail = this.#root.openJail();
    try {
      return openSync(jail.at(path), FLAGS);
    } finally {
      jail.close();
    }
  }
}

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
