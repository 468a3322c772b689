import { type BigIntStats, closeSync, constants, fsyncSync, openSync } from 'node:fs';
import type { ContentId } from '../../protocol/contentId.ts';
import { copyContent } from './copyContent.ts';
import type { DiskChanges } from './diskChanges.ts';
import { removeLeftover } from './removeLeftover.ts';
import type { ObjectStore } from './objectStore.ts';
import type { IndexEntry } from './indexEntries.ts';
import { Diverged } from './operationFailure.ts';
import type { Staging } from './staging.ts';

export interface Retained {
  /** What lstat said of the file before. */
  readonly stat: BigIntStats;
  /** Whether the file has a second name now, which has changed its ctime. */
  readonly linked: boolean;
  /** For when the file stays where it is after all; does nothing if it does not. Does not throw. */
  undo(): void;
}

export interface RetainParts {
  readonly disk: DiskChanges;
  readonly objects: ObjectStore;
  readonly staging: Staging;
}

/**
 * Keeps what is at a path before it is replaced or deleted. Of a file the content goes to `objects/`: by a hard link, or by a
 * copy where the file has other names already or the file system offers no links. Rejects as the disk does, and then the file
 * must stay. Whoever replaces it has to look first whether it is the same one still ({@link DiskChanges.requireKept}).
 *
 * @throws Diverged when the path holds something else than `known`
 */
export async function keepOld({ disk, objects, staging }: RetainParts, known: IndexEntry): Promise<Retained> {
  const { path, entry } = known;
  const stat = disk.requireStill(known);
  const kept = { stat, linked: false, undo() {} };
  if (entry.kind !== 'file') return kept;
  const { content } = entry;
  const outcome = stat.nlink === 1n ? objects.link(disk.jail.at(path), content) : 'cannot';
  if (outcome === 'linked')
    return { stat, linked: true, undo: () => removeObject(objects, content, () => disk.stat(path)?.ino === stat.ino) };
  if (outcome === 'cannot' && !objects.has(content))
    await copy(disk.jail.at(path), staging.temporary(), objects, content);
  return kept;
}

/** Only while the file still has its other name: the object may be the last one. An object too many does no harm. */
function removeObject(objects: ObjectStore, content: ContentId, hasOtherName: () => boolean): void {
  try {
    if (hasOtherName()) objects.remove(content);
  } catch {
    // nothing refers to it: it goes with the next start
  }
}

async function copy(file: string, temporary: string, objects: ObjectStore, content: ContentId): Promise<void> {
  const source = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const written = await copyContent(source, content, temporary);
    if (written === null) throw new Diverged();
    try {
      fsyncSync(written.descriptor);
    } finally {
      closeSync(written.descriptor);
    }
    objects.move(temporary, content);
  } finally {
    closeSync(source);
    removeLeftover(temporary);
  }
}
