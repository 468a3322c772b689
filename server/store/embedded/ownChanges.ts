import type { BigIntStats } from 'node:fs';
import { identityOf } from '../../protocol/disk/statIdentity.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { type KnownIdentity, provesSame } from './knownIdentity.ts';

/** So many paths are remembered: where no watch tells of them, nothing else forgets them. */
const MOST = 20_000;

/**
 * What the share itself has just put on the disk, so that the watch's report of it needs no look. A report that comes when the
 * path holds something else is not of our making, and one that comes a second time counts as somebody else's.
 */
export class OwnChanges {
  readonly #files = new Map<string, KnownIdentity>();
  readonly #folders = new Map<string, bigint>();
  /** Folders of the group of commits that is under way. */
  #made: WirePath[] = [];
  /** Watches a folder that is new and that nobody knows yet; whether it is watched from its first file on. */
  #watch: ((path: WirePath) => boolean) | undefined;

  /** From now on `watch` is told of new folders; without it, no folder counts as our own. */
  watchWith(watch: ((path: WirePath) => boolean) | undefined): void {
    this.#watch = watch;
    this.#files.clear();
    this.#folders.clear();
  }

  madeFolder(path: WirePath, { ino }: BigIntStats): void {
    this.#made.push(path);
    if (this.#watch?.(path) && this.#folders.size < MOST) this.#folders.set(path, ino);
  }

  putFile(path: WirePath, identity: KnownIdentity): void {
    if (this.#watch && this.#files.size < MOST) this.#files.set(path, identity);
  }

  /** Whether a path holds just what was put there, and was not asked about before. */
  take(path: string, stat: BigIntStats): boolean {
    if (stat.isDirectory()) {
      const ino = this.#folders.get(path);
      return ino !== undefined && this.#folders.delete(path) && ino === stat.ino;
    }
    const known = this.#files.get(path);
    return known !== undefined && this.#files.delete(path) && provesSame(known, identityOf(stat));
  }

  /** A group of commits is over: the index says what it did, or (`failed`) does not. Gives the folders that it made. */
  groupEnded(failed: boolean): readonly WirePath[] {
    const made = this.#made;
    this.#made = [];
    if (failed) {
      this.#files.clear();
      this.#folders.clear();
    }
    return made;
  }
}
