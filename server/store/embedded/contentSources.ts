import { closeSync, constants, openSync } from 'node:fs';
import type { ContentId } from '../../protocol/contentId.ts';
import { diskError, isMissing } from '../../protocol/disk/diskError.ts';
import type { Jail } from '../../protocol/disk/jail.ts';
import type { IndexEntries } from './indexEntries.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ShareRoot } from './shareRoot.ts';

/** Folders are kept open for so long, because contents are asked for by the thousand. Milliseconds. */
const KEEP_MS = 100;

/** Opens files that ought to hold a content: those of the share, as the index has it, and that of history. */
export class ContentSources {
  readonly #root: ShareRoot;
  readonly #entries: IndexEntries;
  readonly #objects: ObjectStore;
  readonly #keepsFolders: boolean;
  /** Folders that are open. One of them may have been moved meanwhile. */
  #jail: Jail | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `keepsFolders`: for a while after a content was opened; `close` is to be called in the end then. */
  constructor(
    root: ShareRoot,
    entries: IndexEntries,
    objects: ObjectStore,
    options: { readonly keepsFolders?: boolean } = {},
  ) {
    this.#root = root;
    this.#entries = entries;
    this.#objects = objects;
    this.#keepsFolders = options.keepsFolders ?? false;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#jail?.close();
    this.#jail = undefined;
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
    const wasKept = this.#jail !== undefined;
    const holding = this.#entries.holding(content);
    for (const path of holding) yield* this.#opened(() => this.#openEntry(path));
    yield* this.#opened(() => openSync(this.#objects.pathOf(content), FLAGS));
    if (!wasKept) return;
    this.close();
    for (const path of holding) yield* this.#opened(() => this.#openEntry(path));
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
    if (this.#keepsFolders) return openSync(this.#keptJail().at(path), FLAGS);
    const jail = this.#root.openJail();
    try {
      return openSync(jail.at(path), FLAGS);
    } finally {
      jail.close();
    }
  }

  #keptJail(): Jail {
    if (!this.#jail) {
      this.#jail = this.#root.openJail();
      this.#timer = setTimeout(() => this.close(), KEEP_MS);
      this.#timer.unref();
    }
    return this.#jail;
  }
}

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
