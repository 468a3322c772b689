import { linkStaysInside, sameEntry } from '../../protocol/entry.ts';
import type { Operation, OperationResult } from '../../protocol/messages/files.ts';
import { isWithin, movePath, printable, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntry } from './indexEntries.ts';
import { carriedIdentity } from './knownIdentity.ts';
import {
  conflict,
  done,
  findCollision,
  findHindrance,
  makeParents,
  notEmpty,
  type OperationContext,
  problem,
} from './operationContext.ts';
import { onDisk, onDiskAsync } from './operationFailure.ts';
import { keepOld } from './retainFile.ts';
import { withoutOld } from './withoutOld.ts';

type Rename = Extract<Operation, { kind: 'rename' }>;

/** Moves a file, link or whole folder, with whatever else is in it, by one rename(2). @throws OperationFailure, Diverged */
export async function rename(context: OperationContext, operation: Rename, by: string): Promise<OperationResult> {
  const { recorder, disk } = context;
  const { from, to, expect, expectTo } = operation;
  const hindrance = findHindrance(context, from) ?? findHindrance(context, to);
  if (hindrance) return hindrance;
  const source = recorder.entries.get(from);
  const target = recorder.entries.get(to);
  if (!source) {
    const answer = isDone(context, target, operation) ? done(target.rev) : conflict(from, null);
    return disk.asKnown(from, null, answer);
  }
  if (!sameEntry(source.entry, expect)) return disk.asKnown(from, source, conflict(from, source));
  if (from === to) return done(source.rev);
  if (!sameEntry(target?.entry, expectTo)) return disk.asKnown(to, target, conflict(to, target));
  const obstacle = findObstacle(context, source, target, to);
  if (obstacle) return obstacle;
  const stat = disk.requireStill(source);
  // on a file system that ignores case, a name that differs only in case finds the same file
  if (!target && disk.stat(to)?.ino !== stat.ino) disk.requireNothing(to);
  return move(context, source, target, to, by);
}

/** A repetition of a rename that was done. A folder is the same one if nothing has happened to it since it came from there. */
function isDone(
  { recorder }: OperationContext,
  target: IndexEntry | null,
  { from, to, expect }: Rename,
): target is IndexEntry {
  if (target === null || !sameEntry(target.entry, expect)) return false;
  if (expect.kind !== 'directory') return true;
  const last = recorder.changeAt(target.rev);
  return last?.kind === 'rename' && last.from === from && last.to === to;
}

function findObstacle(
  context: OperationContext,
  { path: from, entry }: IndexEntry,
  target: IndexEntry | null,
  to: WirePath,
): OperationResult | null {
  const { entries } = context.recorder;
  if (isWithin(to, from)) return problem(to, 'IllegalPath', `“${printable(from)}” cannot be moved into itself.`);
  if (target && entries.hasChildren(to)) return notEmpty(context, to);
  const links = entry.kind === 'directory' ? entries.linksBelow(from) : [{ path: from, entry }];
  for (const { path, entry: link } of links)
    if (link.kind === 'link' && !linkStaysInside(movePath(path, from, to), link.target))
      return problem(path, 'LinkOutside', `The link “${printable(path)}” would lead out of the share.`);
  return target ? null : findCollision(context, to, from);
}

async function move(
  context: OperationContext,
  source: IndexEntry,
  target: IndexEntry | null,
  to: WirePath,
  by: string,
): Promise<OperationResult> {
  const { recorder, disk } = context;
  const { path: from } = source;
  const what = `move “${printable(from)}” to “${printable(to)}”`;
  makeParents(context, to);
  const kept = target && (await onDiskAsync(to, what, () => keepOld(context, target)));
  try {
    onDisk(to, what, () => {
      disk.requireStill(source);
      if (kept) disk.requireKept(to, kept);
      const isSwap = kept?.stat.isDirectory() || (kept && source.entry.kind === 'directory');
      if (isSwap) withoutOld(disk, to, () => disk.move(from, to));
      else disk.move(from, to);
    });
    const stat = disk.found(to);
    if (target) recorder.keep(target, 'replaced', by);
    return done(recorder.rename(source, to, carriedIdentity(source.identity, stat)));
  } catch (error) {
    kept?.undo();
    throw error;
  }
}
