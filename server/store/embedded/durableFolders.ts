import { isWithin, parentOf, type WirePath } from '../../protocol/wirePath.ts';

/**
 * Folders of which this process knows that their names are on the disk, up to the root: it has synced the folders they are in.
 * Others may have made a folder and not synced it, and then a file that is put into it is only as durable as the folder is.
 */
export class DurableFolders {
  readonly #known = new Set<WirePath>();

  /** The folders on the way to `path` whose names may not be durable. */
  *unknownAbove(path: WirePath): Generator<WirePath> {
    for (let at = parentOf(path); at !== undefined && !this.#known.has(at); at = parentOf(at)) yield at;
  }

  add(folders: Iterable<WirePath>): void {
    for (const folder of folders) this.#known.add(folder);
  }

  /** A folder is another one now, or elsewhere, with everything in it; without a path: any may be. */
  forget(path?: WirePath): void {
    for (const known of this.#known) if (path === undefined || isWithin(known, path)) this.#known.delete(known);
  }
}
