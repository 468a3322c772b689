import { SynclineError } from '../../protocol/errors.ts';
import type { ListRow } from '../../protocol/messages/files.ts';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntries, IndexEntry } from './indexEntries.ts';

/** Answers about the tree from the index, over the reading connection. */
export class EmbeddedTree {
  readonly #entries: IndexEntries;

  constructor(entries: IndexEntries) {
    this.#entries = entries;
  }

  list(path: WirePath | undefined, after: WirePath | undefined, limit: number): { entries: ListRow[]; more: boolean } {
    if (path !== undefined) this.#requireFolder(path);
    const rows = this.#entries.childPage(path ?? '', after, limit + 1);
    return { entries: rows.slice(0, limit).map(toRow), more: rows.length > limit };
  }

  stat(path: WirePath): ListRow | null {
    const known = this.#entries.get(path);
    return known && toRow(known);
  }

  #requireFolder(path: WirePath): void {
    const known = this.#entries.get(path);
    if (known?.entry.kind === 'directory') return;
    const data = { data: { path } };
    if (!known) throw new SynclineError('NotFound', `There is no folder “${printable(path)}”.`, data);
    throw new SynclineError('NotADirectory', `“${printable(path)}” is no folder.`, data);
  }
}

const toRow = ({ path, entry, rev, modifiedAt }: IndexEntry): ListRow => ({ path, entry, rev, modifiedAt });
