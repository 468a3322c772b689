import { type Directory, nodeAt, sameList, type Tree } from '../tree/tree.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { keepListing, type Listing, sameListing } from './folderListing.ts';

/** What a folder holds directly whenever a look finds it like that: what the folder `holds` lists, whatever is in its folders. */
export interface KnownFolder {
  readonly listing: Listing;
  readonly holds: Directory;
}

/**
 * Remembers of each folder how it looked when all of its files were known, so that a look which finds it like that again takes what
 * it holds as a whole. It is the {@link StatCache}'s knowledge, a folder at a time, and is trusted on the same conditions.
 */
export class KnownFolders {
  readonly #folders: Map<string, KnownFolder>;
  readonly #changed = new Set<string>();

  /** By path; '' is the root. */
  constructor(folders: Map<string, KnownFolder> = new Map()) {
    this.#folders = folders;
  }

  /** Whether a folder that a look found like this holds what `expected` lists. */
  holds(path: string, listing: Listing, expected: Directory): boolean {
    const known = this.#folders.get(path);
    if (!known || !sameListing(known.listing, listing)) return false;
    if (known.holds === expected) return true;
    // something in its folders has changed since
    if (!sameList(known.holds.children, expected.children)) return false;
    this.#folders.set(path, { listing: known.listing, holds: expected });
    return true;
  }

  /** Nothing in the folder was left out of the listing but what is ignored, and no file's identity was racy when it was read. */
  remember(path: string, listing: Listing, holds: Directory): void {
    this.#folders.set(path, { listing: keepListing(listing), holds });
    this.#changed.add(path);
  }

  /** The files directly in the folder are looked at one by one at the next look. */
  forget(path: string): void {
    if (this.#folders.delete(path)) this.#changed.add(path);
  }

  /** Forgets folders that are not in a tree. */
  prune(tree: Tree): void {
    for (const path of this.#folders.keys()) if (folderAt(tree, path) === undefined) this.forget(path);
  }

  /**
   * What is to be saved of the folders that were remembered or forgotten since the last call, with the base's own folders: each as
   * soon as it is asked for. One that the base lists otherwise is left out; the next look remembers it anew.
   */
  *changes(base: Tree): Generator<KnownFolderChange> {
    for (const path of this.#changed) {
      this.#changed.delete(path);
      const known = this.#folders.get(path);
      const holds = folderAt(base, path);
      if (!known) yield { path, known: null };
      else if (holds && sameList(known.holds.children, holds.children)) {
        const current = { listing: known.listing, holds };
        this.#folders.set(path, current);
        yield { path, known: current };
      }
    }
  }
}

/** `null`: nothing is known of the folder any more. */
export interface KnownFolderChange {
  readonly path: string;
  readonly known: KnownFolder | null;
}

function folderAt(tree: Tree, path: string): Directory | undefined {
  const node = nodeAt(tree, path === '' ? undefined : (path as WirePath));
  return node?.kind === 'directory' ? node : undefined;
}
