import { parentOf, printable, type WirePath } from '../../protocol/wirePath.ts';
import { DIRECTORY } from '../../protocol/entry.ts';
import type { OperationResult } from '../../protocol/messages/files.ts';
import { encodeIdentity, identityOf } from '../../protocol/disk/statIdentity.ts';
import type { ChangeRecorder } from './changeRecorder.ts';
import type { ContentSupply } from './contentSupply.ts';
import type { DiskChanges } from './diskChanges.ts';
import type { IndexEntry } from './indexEntries.ts';
import { folderInode, modifiedAt } from './knownIdentity.ts';
import type { ObjectStore } from './objectStore.ts';
import { Diverged, onDisk } from './operationFailure.ts';
import type { OwnChanges } from './ownChanges.ts';
import type { Retained } from './retainFile.ts';
import type { ShareProblems } from './shareProblems.ts';
import type { ShareRoot } from './shareRoot.ts';
import type { Staging } from './staging.ts';

/** What the operations of a group of commits work with. */
export interface OperationContext {
  readonly root: ShareRoot;
  readonly recorder: ChangeRecorder;
  readonly disk: DiskChanges;
  readonly objects: ObjectStore;
  readonly staging: Staging;
  readonly supply: ContentSupply;
  readonly problems: ShareProblems;
  readonly own: OwnChanges;
  /** Folders taken out of the share; removed when the group is durable, and put back should it fail. */
  readonly aside: FolderAside[];
}

export interface FolderAside {
  readonly path: WirePath;
  /** Where it is now. */
  readonly folder: string;
  readonly kept: readonly Retained[];
}

export const done = (rev: number): OperationResult => ({ status: 'done', rev });

export const conflict = (path: WirePath, known: IndexEntry | null): OperationResult => ({
  status: 'conflict',
  path,
  current: known?.entry ?? null,
});

export const problem = (
  path: WirePath,
  code: Extract<OperationResult, { status: 'problem' }>['code'],
  message: string,
): OperationResult => ({ status: 'problem', path, code, message });

/** The answer for a folder that has to be empty and is not, perhaps only by what the share does not know. */
export function notEmpty({ problems, recorder }: OperationContext, path: WirePath): OperationResult {
  const hidden = problems.within(path);
  const reason = hidden
    ? `holds “${printable(hidden.path)}”, which is not synced`
    : recorder.entries.hasChildren(path)
      ? 'is not empty'
      : 'holds files that are not synced';
  return problem(path, 'DirectoryNotEmpty', `The folder “${printable(path)}” ${reason}.`);
}

/**
 * Why nothing can be done at a path: it never belongs to the share, cannot be synced, or a file is on the way.
 * @throws Diverged when it could not be synced beside a name that is gone by now
 */
export function findHindrance({ root, recorder, problems }: OperationContext, path: WirePath): OperationResult | null {
  for (let at: WirePath | undefined = path; at !== undefined; at = parentOf(at)) {
    if (root.skip(at)) return problem(path, 'IllegalPath', `“${printable(at)}” is never part of a share.`);
    const known = problems.get(at);
    if (known?.code === 'NameCollision' && recorder.entries.collisions(at).length === 0) throw new Diverged();
    if (known) return problem(path, known.code, known.message);
    if (at === path) continue;
    const above = recorder.entries.get(at);
    if (above && above.entry.kind !== 'directory') return conflict(at, above);
  }
  return null;
}

/** A name beside `path` that cannot stand beside it everywhere; `leaving` is about to go. */
export function findCollision(
  { recorder }: OperationContext,
  path: WirePath,
  leaving?: WirePath,
): OperationResult | null {
  const other = recorder.entries.collisions(path).find((at) => at !== leaving);
  return other
    ? problem(
        path,
        'NameCollision',
        `“${printable(other)}” is already there; the names differ only in case or accents' spelling.`,
      )
    : null;
}

/** Makes the folders on the way to a path that are not there yet. @throws OperationFailure, Diverged */
export function makeParents(context: OperationContext, path: WirePath): void {
  const parent = parentOf(path);
  if (parent === undefined || context.recorder.entries.get(parent)) return;
  makeParents(context, parent);
  makeFolder(context, parent);
}

export function makeFolder({ disk, recorder, own }: OperationContext, path: WirePath): number {
  onDisk(path, `make the folder “${printable(path)}”`, () => disk.makeFolder(path));
  const stat = disk.found(path);
  own.madeFolder(path, stat);
  const identity = identityOf(stat);
  return recorder.put(path, {
    entry: DIRECTORY,
    identity: encodeIdentity(identity),
    modifiedAt: modifiedAt(identity),
    inode: folderInode(stat),
  });
}
