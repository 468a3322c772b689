import type { Change } from '../../../server/protocol/messages/values.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { isWithin, nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';

/** A folder of a share as far as it has been read. */
export interface Folder {
  /** In the server's order. */
  readonly rows: readonly ListRow[];
  /** The same rows as they are shown. */
  readonly sorted: readonly ListRow[];
  readonly more: boolean;
}

export const UNREAD: Folder = { rows: [], sorted: [], more: false };

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** As the Explorer sorts: folders first, then by name, numbers by value, case aside. */
export function sortRows(rows: readonly ListRow[]): ListRow[] {
  return rows.toSorted(compareRows);
}

function compareRows(a: ListRow, b: ListRow): number {
  const rank = (row: ListRow) => (row.entry.kind === 'directory' ? 0 : 1);
  return rank(a) - rank(b) || byName.compare(nameOf(a.path), nameOf(b.path)) || (a.path < b.path ? -1 : 1);
}

/**
 * Rows of the next page behind those already read; a row that both have counts once, as the newer page says. Only the page is
 * sorted: comparing names is dear, and a folder may have a hundred pages.
 */
export function appendPage(folder: Folder, page: readonly ListRow[], more: boolean): Folder {
  const rows = new Map(folder.rows.map((row) => [row.path, row]));
  const isKnown = page.some(({ path }) => rows.has(path));
  for (const row of page) rows.set(row.path, row);
  const all = [...rows.values()];
  return { rows: all, sorted: isKnown ? sortRows(all) : merge(folder.sorted, sortRows(page)), more };
}

/** Finds the place of each new row by halving. */
function merge(sorted: readonly ListRow[], added: readonly ListRow[]): ListRow[] {
  const merged: ListRow[] = [];
  let from = 0;
  for (const row of added) {
    let [low, high] = [from, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareRows(sorted[middle] as ListRow, row) < 0) low = middle + 1;
      else high = middle;
    }
    for (; from < low; from++) merged.push(sorted[from] as ListRow);
    merged.push(row);
  }
  for (; from < sorted.length; from++) merged.push(sorted[from] as ListRow);
  return merged;
}

/**
 * Which of the folders that were read must be read again after these changes (`undefined`: the share's root). A change
 * matters to its own folder; where that was never read, to the nearest one above it that was, if the way down from there
 * begins with a name it does not show; and to every folder at or below its path.
 */
export function foldersToRefresh(
  folders: ReadonlyMap<WirePath | undefined, Folder>,
  changes: readonly Change[],
): Set<WirePath | undefined> {
  const stale = new Set<WirePath | undefined>();
  for (const path of changes.flatMap(pathsOf)) {
    for (const key of folders.keys()) if (key !== undefined && isWithin(key, path)) stale.add(key);
    const nearest = nearestFolder(folders, path);
    if (nearest) stale.add(nearest.key);
  }
  return stale;
}

function nearestFolder(
  folders: ReadonlyMap<WirePath | undefined, Folder>,
  path: WirePath,
): { readonly key: WirePath | undefined } | undefined {
  for (let child: WirePath | undefined = path; child !== undefined; child = parentOf(child)) {
    const key = parentOf(child);
    const folder = folders.get(key);
    if (!folder) continue;
    const shown = child !== path && folder.rows.some((row) => row.path === child);
    return shown ? undefined : { key };
  }
  return undefined;
}

function pathsOf(change: Change): WirePath[] {
  return change.kind === 'rename' ? [change.from, change.to] : [change.path];
}
