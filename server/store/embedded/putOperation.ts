import type { BigIntStats } from 'node:fs';
import { type FileEntry, type LinkEntry, linkStaysInside, sameEntry } from '../../protocol/entry.ts';
import type { Operation, OperationResult } from '../../protocol/messages/files.ts';
import { identityOf } from '../../protocol/disk/statIdentity.ts';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntry } from './indexEntries.ts';
import { carriedIdentity, modifiedAt, ownIdentity } from './knownIdentity.ts';
import {
  conflict,
  done,
  findCollision,
  findHindrance,
  makeFolder,
  makeParents,
  type OperationContext,
  problem,
} from './operationContext.ts';
import { onDisk, onDiskAsync } from './operationFailure.ts';
import { keepOld } from './retainFile.ts';
import { withoutOld } from './withoutOld.ts';

/** Writes a file or link to a path. @throws OperationFailure, Diverged */
export async function put(
  context: OperationContext,
  { path, entry, expect }: Extract<Operation, { kind: 'put' }>,
  by: string,
): Promise<OperationResult> {
  const { recorder, disk } = context;
  const hindrance = findHindrance(context, path);
  if (hindrance) return hindrance;
  const known = recorder.entries.get(path);
  if (known && sameEntry(known.entry, entry)) {
    disk.asKnown(path, known, known.rev);
    disk.vouchFor(known);
    return done(known.rev);
  }
  if (!sameEntry(known?.entry, expect)) return disk.asKnown(path, known, conflict(path, known));
  const collision = known ? null : findCollision(context, path);
  if (collision) return collision;
  if (entry.kind === 'link' && !linkStaysInside(path, entry.target))
    return problem(path, 'LinkOutside', `“${printable(path)}” would lead out of the share.`);
  if (known && recorder.entries.hasChildren(path))
    return problem(path, 'DirectoryNotEmpty', `The folder “${printable(path)}” is not empty.`);
  if (known?.entry.kind === 'file' && entry.kind === 'file' && known.entry.content === entry.content)
    return changeMode(context, known, entry);
  return entry.kind === 'file' ? putFile(context, path, known, entry, by) : putLink(context, path, known, entry, by);
}

/** A folder of which nothing is known yet, its parents included. */
export function makeDirectory(
  context: OperationContext,
  { path }: Extract<Operation, { kind: 'makeDirectory' }>,
): OperationResult {
  const hindrance = findHindrance(context, path);
  if (hindrance) return hindrance;
  const known = context.recorder.entries.get(path);
  if (known && known.entry.kind !== 'directory') return conflict(path, known);
  if (known) {
    context.disk.vouchFor(known);
    return done(known.rev);
  }
  const collision = findCollision(context, path);
  if (collision) return collision;
  makeParents(context, path);
  return done(makeFolder(context, path));
}

async function putFile(
  context: OperationContext,
  path: WirePath,
  known: IndexEntry | null,
  entry: FileEntry,
  by: string,
): Promise<OperationResult> {
  const { disk, supply } = context;
  const what = `write “${printable(path)}”`;
  const staged = await onDiskAsync(path, what, () => supply.take(entry.content));
  if (staged === null)
    return problem(path, 'MissingContent', `The content of “${printable(path)}” has not been uploaded.`);
  if (staged.size !== entry.size) {
    supply.giveBack(staged);
    return problem(
      path,
      'ContentMismatch',
      `The content of “${printable(path)}” has ${staged.size} bytes, not ${entry.size}.`,
    );
  }
  try {
    return await place(context, path, known, entry, by, (old) =>
      old ? disk.replace(path, staged, old, entry.executable) : disk.create(path, staged, entry.executable),
    );
  } catch (error) {
    supply.giveBack(staged);
    throw error;
  }
}

function putLink(
  context: OperationContext,
  path: WirePath,
  known: IndexEntry | null,
  entry: LinkEntry,
  by: string,
): Promise<OperationResult> {
  return place(context, path, known, entry, by, (old) => context.disk.putLink(path, entry.target, old !== null));
}

/** Keeps what is at the path, lets `write` put the new thing there, and records it. */
async function place(
  context: OperationContext,
  path: WirePath,
  known: IndexEntry | null,
  entry: FileEntry | LinkEntry,
  by: string,
  write: (old: BigIntStats | null) => void,
): Promise<OperationResult> {
  const { disk, recorder, own } = context;
  const what = `write “${printable(path)}”`;
  makeParents(context, path);
  const kept = known && (await onDiskAsync(path, what, () => keepOld(context, known)));
  try {
    onDisk(path, what, () => {
      if (kept) disk.requireKept(path, kept);
      if (kept?.stat.isDirectory()) withoutOld(disk, path, () => write(null));
      else write(kept?.stat ?? null);
    });
    const stat = disk.found(path);
    if (known) recorder.keep(known, 'replaced', by);
    const identity = ownIdentity(stat);
    own.putFile(path, identity);
    return done(recorder.put(path, { entry, identity, modifiedAt: modifiedAt(identityOf(stat)), inode: null }));
  } catch (error) {
    kept?.undo();
    throw error;
  }
}

function changeMode({ disk, recorder }: OperationContext, known: IndexEntry, entry: FileEntry): OperationResult {
  const { path } = known;
  const what = `change the mode of “${printable(path)}”`;
  onDisk(path, what, () => disk.setExecutable(path, known, entry.executable));
  const stat = disk.found(path);
  const identity = carriedIdentity(known.identity, stat);
  const found = { entry, identity, modifiedAt: modifiedAt(identityOf(stat)), inode: null };
  return done(recorder.put(path, found, true));
}
