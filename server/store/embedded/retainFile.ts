import { type BigIntStats, closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs';
import type { ContentId } from '../../protocol/contentId.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { copyContent } from './copyContent.ts';
import type { DiskChanges } from './diskChanges.ts';
import { removeLeftover } from './removeLeftover.ts';
import type { ObjectStore } from './objectStore.ts';
import type { IndexEntry } from './indexEntries.ts';
import { Diverged } from './operationFailure.ts';
import type { Staging } from './staging.ts';

export interface Retained {
  /** What lstat says of the file now: a second name changes its ctime. */
  readonly stat: BigIntStats;
  /** For when the file stays where it is after all; does nothing if it does not. Does not throw. */
  undo(): void;
}

export interface RetainParts {
  readonly disk: DiskChanges;
  readonly objects: ObjectStore;
  readonly staging: Staging;
}

/** Keeps what is at a path, whatever it is: only files have content. @throws Diverged, and rejects as the disk does */
export async function keepOld(parts: RetainParts, known: IndexEntry): Promise<Retained> {
  const stat = parts.disk.requireStill(known);
  return known.entry.kind === 'file' ? retainFile(parts, known.path, known.entry.content, stat) : { stat, undo() {} };
}

/**
 * Keeps the content of a file in `objects/` before the file is replaced or deleted: by a hard link, or by a copy where the file
 * has other names already or the file system offers no links. `stat` is what lstat just said of it, and `content` what it
 * holds by that. Rejects as the disk does, and then the file must stay.
 *
 * @throws Diverged when the path holds another file, or other content, by now
 */
async function retainFile(
  { disk, objects, staging }: RetainParts,
  path: WirePath,
  content: ContentId,
  stat: BigIntStats,
): Promise<Retained> {
  if (objects.has(content)) return { stat, undo() {} };
  if (stat.nlink === 1n && objects.link(disk.jail.at(path), content)) {
    const linked = lstatSync(objects.pathOf(content), { bigint: true });
    const undo = (): void => removeObject(objects, content, () => disk.stat(path)?.ino === linked.ino);
    if (linked.ino === stat.ino && linked.size === stat.size && linked.mtimeNs === stat.mtimeNs)
      return { stat: linked, undo };
    undo();
    throw new Diverged();
  }
  await copy(disk.jail.at(path), staging.temporary(), objects, content);
  return { stat, undo() {} };
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
