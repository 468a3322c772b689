import { constants, lstatSync, openSync } from 'node:fs';
import { isMissing } from '../../protocol/disk/diskError.ts';
import type { Jail } from '../../protocol/disk/jail.ts';
import { openForSync, syncToDisk } from '../../protocol/disk/syncToDisk.ts';
import { parentOf, type WirePath } from '../../protocol/wirePath.ts';
import type { FeedChange } from '../feed.ts';

/** More than a group of commits can have left unsynced. */
const MOST_CHANGES = 10_000;

/**
 * Makes durable what is about to be taken in, because it may have been left by a process of ours that died, or by a commit that
 * failed, before it was synced: what clients are told of must not be gone after a power cut, or they would delete it as well.
 */
export async function syncTaken(jail: Jail, changes: readonly FeedChange[]): Promise<void> {
  if (changes.length > MOST_CHANGES) return;
  const files = new Set<WirePath>();
  const folders = new Set<WirePath | ''>();
  for (const change of changes) {
    if (change.kind !== 'put') continue;
    folders.add(parentOf(change.path) ?? '');
    if (change.entry.kind === 'file') files.add(change.path);
    if (change.entry.kind === 'directory') folders.add(change.path);
  }
  await syncToDisk(
    [...files].filter((path) => isThere(jail, path)),
    (path) => openForSync(jail.at(path)),
  );
  const there = [...folders].filter((path) => path === '' || isThere(jail, path));
  await syncToDisk(there, (path) => openSync(jail.directory(path), constants.O_RDONLY));
}

/** What has vanished since it was seen is taken in as that soon enough. */
function isThere(jail: Jail, path: WirePath): boolean {
  try {
    return lstatSync(jail.at(path), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
