import { lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ContentId, isContentId } from '../../protocol/contentId.ts';
import { link } from './diskChanges.ts';
import { errnoOf } from '../../protocol/disk/diskError.ts';
import { syncToDisk } from '../../protocol/disk/syncToDisk.ts';
import { makeFolders } from '../../protocol/disk/makeFolders.ts';

/**
 * `objects/`: the contents of history, one file each, named by content id. Mostly these are the very files that were replaced
 * or deleted in the share: a hard link keeps them without copying. An object must never have a second name, because a
 * program that writes to that one would change history; whoever reads an object checks its hash all the same.
 */
export class ObjectStore {
  readonly #folder: string;
  readonly #changed = new Set<string>();
  /** Folders whose names this process has synced, or is about to. */
  readonly #vouched = new Set<string>();
  readonly #pinned = new Set<ContentId>();
  /** Names of the folders that are there: where there is none, there are no contents to look for. */
  readonly #prefixes: Set<string>;

  constructor(folder: string) {
    this.#folder = folder;
    makeFolders(folder, 0o700);
    this.#prefixes = new Set(readdirSync(folder));
  }

  pathOf(content: ContentId): string {
    return `${this.#folder}/${content.slice(0, 2)}/${content}`;
  }

  /** Whether the content is held in a file of its own, or pinned. */
  has(content: ContentId): boolean {
    if (this.#pinned.has(content)) return true;
    if (!this.#prefixes.has(content.slice(0, 2))) return false;
    const stat = lstatSync(this.pathOf(content), { throwIfNoEntry: false });
    return stat !== undefined && stat.nlink === 1;
  }

  /**
   * Takes a file in by linking it, for a moment under two names: the caller removes or replaces the other one at once, or
   * calls {@link remove}. `held`: the content is here already. `cannot`: the file system does not offer links. @throws what
   * it says otherwise
   */
  link(file: string, content: ContentId): 'linked' | 'held' | 'cannot' {
    if (this.#pinned.has(content)) return 'held';
    const object = this.pathOf(content);
    const outcome = this.#place(content, () => linkTo(file, object));
    if (outcome !== 'taken') return outcome;
    if (this.has(content)) return 'held';
    // left by a crash, and a file of the share as well
    unlinkSync(object);
    const second = linkTo(file, object);
    return second === 'taken' ? 'held' : second;
  }

  /** Takes a file in by moving it. */
  move(file: string, content: ContentId): void {
    this.#place(content, (object) => renameSync(file, object));
  }

  /** Counts as held although it has a second name for a while, in a folder that is going to be removed. */
  pin(content: ContentId): void {
    this.#pinned.add(content);
  }

  unpinAll(): void {
    this.#pinned.clear();
  }

  remove(content: ContentId): void {
    this.#pinned.delete(content);
    try {
      unlinkSync(this.pathOf(content));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** A content that is here is going to be relied upon, and may be left by a process that died before it had synced it. */
  vouchFor(content: ContentId): void {
    const folder = dirname(this.pathOf(content));
    this.#changed.add(folder);
    if (!this.#vouched.has(folder)) this.#changed.add(this.#folder);
    this.#vouched.add(folder);
  }

  /** Resolves when everything that is here is durable. @throws the first failure; then the next call tries all of it again. */
  async sync(): Promise<void> {
    const folders = [...this.#changed];
    this.#changed.clear();
    try {
      // one that could not be made has nothing in it; one that cannot be looked at is there
      await syncToDisk(folders.filter((folder) => lstatSync(folder, { throwIfNoEntry: false })));
    } catch (error) {
      for (const folder of folders) this.#changed.add(folder);
      throw error;
    }
  }

  /** All contents, one folder at a time. */
  *list(): Generator<ContentId[]> {
    for (const name of readdirSync(this.#folder).sort())
      if (/^[0-9a-f]{2}$/.test(name)) yield readdirSync(join(this.#folder, name)).filter(isContentId);
  }

  #place<T>(content: ContentId, put: (object: string) => T): T {
    const object = this.pathOf(content);
    const folder = dirname(object);
    this.vouchFor(content);
    this.#prefixes.add(content.slice(0, 2));
    try {
      return put(object);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      makeFolders(folder, 0o700);
      this.#changed.add(this.#folder);
      return put(object);
    }
  }
}

function linkTo(file: string, object: string): 'linked' | 'taken' | 'cannot' {
  try {
    return link(file, object) ? 'linked' : 'cannot';
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'taken';
    throw error;
  }
}
