import { isMissing } from '../../protocol/disk/diskError.ts';
import { type BigIntStats, lstatSync } from 'node:fs';
import type { Jail } from '../../protocol/disk/jail.ts';
import { identityOf } from '../../protocol/disk/statIdentity.ts';
import { parentOf, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntries, IndexEntry } from './indexEntries.ts';
import { isUncertain, provesSame } from './knownIdentity.ts';

/**
 * Those of the folders on the way to some paths where the disk holds something else than the index says, and those of the
 * paths themselves whose identity was racy when it was written down. The others are not examined: whoever changes what is
 * there compares it with the index at that very moment.
 */
export function findDiverged(jail: Jail, entries: IndexEntries, paths: Iterable<WirePath>): Set<WirePath> {
  const diverged = new Set<WirePath>();
  /** By folder, whether anything is at it. */
  const examined = new Map<WirePath, boolean>();
  const examineFolder = (path: WirePath | undefined): boolean => {
    if (path === undefined) return true;
    const known = examined.get(path);
    if (known !== undefined) return known;
    const stat = examineFolder(parentOf(path)) ? lookAt(jail, path) : null;
    if (!isProven(entries.get(path), stat)) diverged.add(path);
    examined.set(path, stat !== null);
    return stat !== null;
  };
  for (const path of paths) {
    examineFolder(parentOf(path));
    const known = entries.get(path);
    if (known && isUncertain(known.identity)) diverged.add(path);
  }
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
