import { sameEntry } from '../../protocol/entry.ts';
import type { Operation, OperationResult } from '../../protocol/messages/files.ts';
import { printable } from '../../protocol/wirePath.ts';
import { errnoOf } from '../../protocol/disk/diskError.ts';
import { deleteTree } from './deleteTree.ts';
import type { IndexEntry } from './indexEntries.ts';
import { conflict, done, findHindrance, notEmpty, type OperationContext } from './operationContext.ts';
import { onDisk, onDiskAsync } from './operationFailure.ts';
import { keepOld } from './retainFile.ts';

/** Deletes a file, link or folder. What is gone already is as wanted. @throws OperationFailure, Diverged */
export async function remove(
  context: OperationContext,
  { path, expect, recursive }: Extract<Operation, { kind: 'delete' }>,
  by: string,
): Promise<OperationResult> {
  const { recorder, disk } = context;
  const hindrance = findHindrance(context, path);
  if (hindrance) return hindrance;
  const known = recorder.entries.get(path);
  if (!known) return disk.asKnown(path, null, done(recorder.cursor.rev));
  if (!sameEntry(known.entry, expect)) return disk.asKnown(path, known, conflict(path, known));
  if (known.entry.kind !== 'directory') return removeFile(context, known, by);
  if (!recorder.entries.hasChildren(path)) return removeEmpty(context, known, by);
  return recursive ? deleteTree(context, known, by) : notEmpty(context, path);
}

async function removeFile(context: OperationContext, known: IndexEntry, by: string): Promise<OperationResult> {
  const { disk, recorder } = context;
  const { path } = known;
  const what = `delete “${printable(path)}”`;
  const kept = await onDiskAsync(path, what, () => keepOld(context, known));
  try {
    onDisk(path, what, () => {
      disk.requireKept(path, kept);
      disk.remove(path);
    });
  } catch (error) {
    kept.undo();
    throw error;
  }
  recorder.keep(known, 'deleted', by);
  return done(recorder.delete(path));
}

function removeEmpty(context: OperationContext, known: IndexEntry, by: string): OperationResult {
  const { disk, recorder } = context;
  const { path } = known;
  disk.requireStill(known);
  try {
    onDisk(path, `delete the folder “${printable(path)}”`, () => disk.removeFolder(path));
  } catch (error) {
    if (error instanceof Error && errnoOf(error.cause) === 'ENOTEMPTY') return notEmpty(context, path);
    throw error;
  }
  recorder.keep(known, 'deleted', by);
  return done(recorder.delete(path));
}
