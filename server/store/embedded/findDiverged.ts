import { isMissing } from '../../protocol/disk/diskError.ts';
import { type BigIntStats, lstatSync } from 'node:fs';
import type { Jail } from '../../protocol/disk/jail.ts';
import { identityOf } from '../../protocol/disk/statIdentity.ts';
import { parentOf, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntries, IndexEntry } from './indexEntries.ts';
import { provesSame } from './knownIdentity.ts';

/**
 * Those of the paths, and of the folders on the way to them, where the disk may hold something else than the index says. Of
 * folders only that they are folders is examined. `fresh` paths are not examined where the index has nothing: whoever
 * creates something there finds out by himself.
 */
export function findDiverged(
  jail: Jail,
  entries: IndexEntries,
  paths: Iterable<{ readonly path: WirePath; readonly fresh: boolean }>,
): Set<WirePath> {
  const diverged = new Set<WirePath>();
  const examined = new Set<WirePath>();
  const examine = (path: WirePath, fresh: boolean): void => {
    if (examined.has(path)) return;
    examined.add(path);
    const parent = parentOf(path);
    if (parent !== undefined) examine(parent, false);
    const known = entries.get(path);
    if (known === null && fresh) examined.delete(path);
    else if (!isProven(known, lookAt(jail, path))) diverged.add(path);
  };
  for (const { path, fresh } of paths) examine(path, fresh);
  return diverged;
}

/** Whether what lstat says shows that the index is right; of a folder, only that it is one. */
export function isProven(known: IndexEntry | null, stat: BigIntStats | null): boolean {
  if (known === null || stat === null) return known === null && stat === null;
  switch (known.entry.kind) {
    case 'directory':
      return stat.isDirectory();
    case 'link':
      return stat.isSymbolicLink() && provesSame(known.identity, identityOf(stat));
    case 'file':
      return stat.isFile() && provesSame(known.identity, identityOf(stat));
  }
}

/** Null when there is nothing, or something else than a folder on the way. */
export function lookAt(jail: Jail, path: WirePath): BigIntStats | null {
  try {
    return lstatSync(jail.at(path), { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
