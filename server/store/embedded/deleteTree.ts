import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import type { OperationResult } from '../../protocol/messages/files.ts';
import { identityOf, sameIdentity, type StatIdentity } from '../../protocol/disk/statIdentity.ts';
import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntry } from './indexEntries.ts';
import { done, notEmpty, type OperationContext } from './operationContext.ts';
import { Diverged, onDisk, onDiskAsync } from './operationFailure.ts';
import { keepOld, type Retained } from './retainFile.ts';

/**
 * Deletes a folder with everything in it, as one change. Everything is kept first; then the folder leaves the share by one
 * rename, so nobody sees half of it; only what was known and kept is ever removed for good. A folder that holds anything
 * the share does not know (ignored by Syncline, or of a kind that cannot be synced) stays as it is.
 *
 * @throws OperationFailure, Diverged
 */
export async function deleteTree(context: OperationContext, known: IndexEntry, by: string): Promise<OperationResult> {
  const { disk, recorder } = context;
  const { path } = known;
  const what = `delete the folder “${printable(path)}”`;
  if (context.problems.within(path)) return notEmpty(context, path);
  const below = await entriesBelow(context, path);
  if (onDisk(path, what, () => holdsUnknown(disk.jail.directory(path), path, below))) return notEmpty(context, path);
  const kept = await keepAll(context, below, what);
  try {
    const folder = onDisk(path, what, () => disk.moveOut(path));
    context.aside.push({ path, folder, kept: [...kept.values()] });
    if (!(await onDiskAsync(path, what, () => isAsKept(folder, path, below, kept)))) throw new Diverged();
  } catch (error) {
    putBack(context, path);
    for (const { undo } of kept.values()) undo();
    throw error;
  }
  const slice = new TimeSlice();
  for (const entry of [known, ...below.values()]) {
    if (slice.spent) await slice.rest();
    recorder.keep(entry, 'deleted', by);
  }
  return done(recorder.delete(path));
}

/** Counts as held from now on, although each object has a second name until the folder is removed. */
async function keepAll(
  context: OperationContext,
  entries: ReadonlyMap<WirePath, IndexEntry>,
  what: string,
): Promise<Map<WirePath, Retained>> {
  const kept = new Map<WirePath, Retained>();
  const slice = new TimeSlice();
  try {
    for (const entry of entries.values()) {
      if (slice.spent) await slice.rest();
      kept.set(entry.path, await onDiskAsync(entry.path, what, () => keepOld(context, entry)));
      if (entry.entry.kind === 'file') context.objects.pin(entry.entry.content);
    }
    return kept;
  } catch (error) {
    for (const { undo } of kept.values()) undo();
    throw error;
  }
}

/** If that fails as well, the folder is gone from the share, and what was in it is in history. */
function putBack({ disk, aside }: OperationContext, path: WirePath): void {
  const last = aside.at(-1);
  if (last?.path !== path) return;
  try {
    disk.moveBack(last.folder, path);
    aside.pop();
  } catch (error) {
    throw new Diverged('', { cause: error });
  }
}

async function entriesBelow({ recorder }: OperationContext, path: WirePath): Promise<Map<WirePath, IndexEntry>> {
  const below = new Map<WirePath, IndexEntry>();
  const slice = new TimeSlice();
  for (let after: WirePath | undefined; ; ) {
    const page = recorder.entries.below(path, after, PAGE);
    for (const entry of page) below.set(entry.path, entry);
    if (page.length < PAGE) return below;
    after = page.at(-1)?.path;
    if (slice.spent) await slice.rest();
  }
}

const PAGE = 1000;

/** Whether anything on disk is not among the entries; `at` is where the folder called `path` is. */
function holdsUnknown(at: string, path: WirePath, entries: ReadonlyMap<WirePath, IndexEntry>): boolean {
  for (const [found] of visit(at, path)) if (!entries.has(found)) return true;
  return false;
}

/** Whether a folder that was taken out of the share holds what was kept and nothing else. */
async function isAsKept(
  folder: string,
  path: WirePath,
  entries: ReadonlyMap<WirePath, IndexEntry>,
  kept: ReadonlyMap<WirePath, Retained>,
): Promise<boolean> {
  const slice = new TimeSlice();
  for (const [found, at] of visit(folder, path)) {
    if (slice.spent) await slice.rest();
    const entry = entries.get(found);
    const stat = kept.get(found)?.stat;
    if (!entry || !stat) return false;
    if (entry.entry.kind === 'directory') continue;
    const now: StatIdentity = identityOf(lstatSync(at, { bigint: true }));
    // the second name has changed ctime, for a file of the same content perhaps once more
    if (!sameIdentity({ ...now, ctimeNs: 0n }, { ...identityOf(stat), ctimeNs: 0n })) return false;
  }
  return true;
}

function* visit(at: string, path: WirePath): Generator<[path: WirePath, at: string]> {
  const entries: Dirent[] = readdirSync(at, { withFileTypes: true });
  for (const entry of entries) {
    const child = `${path}/${entry.name}` as WirePath;
    yield [child, `${at}/${entry.name}`];
    if (entry.isDirectory()) yield* visit(`${at}/${entry.name}`, child);
  }
}
