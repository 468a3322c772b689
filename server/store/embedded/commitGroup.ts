import { rm } from 'node:fs/promises';
import type { ContentId } from '../../protocol/contentId.ts';
import { sameEntry } from '../../protocol/entry.ts';
import { diskError } from '../../protocol/disk/diskError.ts';
import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { Commit, CommitResult } from '../commits.ts';
import type { ShareEvent } from '../feed.ts';
import type { Adoption, AdoptionParts } from './adoption.ts';
import type { CommitRecords } from './commitRecords.ts';
import type { ContentSources } from './contentSources.ts';
import { ContentSupply } from './contentSupply.ts';
import { DiskChanges } from './diskChanges.ts';
import { findDiverged } from './findDiverged.ts';
import { removeLeftover } from './removeLeftover.ts';
import type { FolderAside, OperationContext } from './operationContext.ts';
import { OperationRunner, pathsOf, type TakeIn } from './operationRunner.ts';
import type { OwnChanges } from './ownChanges.ts';
import type { Staging } from './staging.ts';
import { syncTaken } from './syncTaken.ts';

export interface CommitParts extends AdoptionParts {
  readonly adoption: Adoption;
  readonly staging: Staging;
  /** As the transaction sees the share: an operation may need what one before it has put. */
  readonly sources: ContentSources;
  readonly records: CommitRecords;
  readonly own: OwnChanges;
  readonly clock: () => number;
  /** As in {@link syncToDisk}. */
  readonly writeOut?: () => Promise<void>;
}

export interface CommittedGroup {
  /** One for each commit. */
  readonly answers: readonly CommitResult[];
  /** For the feed's listeners. */
  readonly event: ShareEvent;
  /** What is left to do when everybody has been told, and before anybody changes the share again. Does not reject. */
  tidyUp(): Promise<void>;
}

/** What one operation may need of the index and of the log of names, generously. */
const BYTES_PER_OPERATION = 4096;

/**
 * Carries out commits that came together: one transaction of the index, and one sync of each folder for all of them. Nobody
 * else may change the share meanwhile. What it
 * gives is durable.
 *
 * @throws SynclineError when the whole group failed. Some paths may hold their final content then, and the index does
 * not know: the caller has to have the paths of the commits looked at.
 */
export async function commitGroup(parts: CommitParts, commits: readonly Commit[]): Promise<CommittedGroup> {
  const { root, recorder, objects, staging, records, clock } = parts;
  const disk = new DiskChanges(root.jail(), staging, parts.durableFolders);
  const supply = new ContentSupply(staging, parts.sources);
  const aside: FolderAside[] = [];
  const context: OperationContext = { ...parts, disk, supply, aside };
  try {
    const count = commits.reduce((sum, { operations }) => sum + operations.length, 0);
    staging.requireRoom(count * BYTES_PER_OPERATION);
    recorder.begin();
    const takeIn: TakeIn = (paths) => takeInDurably(parts, disk, paths);
    const uncertain = findUncertain(parts, disk, commits);
    if (uncertain.size > 0) await takeIn(uncertain);
    await supply.prepare(findNeeds(parts, commits));
    const answers = await runAll(context, takeIn, commits);
    // history first: what is replaced must be safe before the replacement is
    await objects.sync();
    await disk.sync(parts.writeOut);
    for (const [i, { id }] of commits.entries()) records.remember(id, clock(), answers[i] as CommitResult);
    const event = recorder.commit();
    parts.own.groupEnded(false);
    return { answers, event, tidyUp: () => tidyUp(parts, aside) };
  } catch (error) {
    recorder.rollback();
    parts.durableFolders.forget();
    for (const folder of aside.toReversed()) putBack(disk, folder);
    objects.unpinAll();
    // a folder that has vanished shows in many ways
    root.check();
    throw diskError(error, 'commit the changes');
  } finally {
    supply.close();
    disk.jail.close();
  }
}

/**
 * What others did at some paths, which is going to be replaced. It may have been left by a commit that failed, and whoever is told
 * of it must be told what is durable.
 */
async function takeInDurably(
  { adoption, recorder }: CommitParts,
  disk: DiskChanges,
  paths: Iterable<WirePath>,
): Promise<void> {
  const before = recorder.pending;
  await adoption.take(paths, { settle: true });
  await syncTaken(disk.jail, recorder.uncommitted.slice(before));
}

/** Paths of operations at which the disk may hold something else than the index says. */
function findUncertain({ recorder }: CommitParts, disk: DiskChanges, commits: readonly Commit[]): Set<WirePath> {
  const operations = commits.flatMap((commit) => commit.operations);
  const diverged = findDiverged(disk.jail, recorder.entries, operations.flatMap(pathsOf));
  // a folder that is going to be deleted with all that is in it is looked at as a whole
  for (const operation of operations)
    if (operation.kind === 'delete' && operation.recursive) diverged.add(operation.path);
  return diverged;
}

/** How many files of which content the puts are going to need, as far as can be told before they are done. */
function findNeeds({ recorder }: CommitParts, commits: readonly Commit[]): Map<ContentId, number> {
  const needs = new Map<ContentId, number>();
  const touched = new Set<WirePath>();
  for (const operation of commits.flatMap((commit) => commit.operations)) {
    if (operation.kind === 'put' && operation.entry.kind === 'file') {
      const { path, entry, expect } = operation;
      const known = touched.has(path) ? expect : (recorder.entries.get(path)?.entry ?? null);
      const isOnlyMode = known?.kind === 'file' && known.content === entry.content;
      if (sameEntry(known, expect) && !isOnlyMode) needs.set(entry.content, (needs.get(entry.content) ?? 0) + 1);
    }
    for (const path of pathsOf(operation)) touched.add(path);
  }
  return needs;
}

async function runAll(context: OperationContext, takeIn: TakeIn, commits: readonly Commit[]): Promise<CommitResult[]> {
  const runner = new OperationRunner(context, takeIn);
  const slice = new TimeSlice();
  const answers: CommitResult[] = [];
  for (const { operations, by } of commits) {
    const results = [];
    for (const operation of operations) {
      if (slice.spent) await slice.rest();
      results.push(await runner.run(operation, by));
    }
    answers.push({ results, cursor: context.recorder.cursor });
  }
  return answers;
}

/** Folders that were deleted go, file by file in the background. */
async function tidyUp({ objects }: CommitParts, aside: readonly FolderAside[]): Promise<void> {
  for (const { folder } of aside) await rm(folder, { recursive: true, force: true }).catch(() => {});
  objects.unpinAll();
}

/** Best effort: what cannot be put back counts as deleted, and its contents are in history. */
function putBack(disk: DiskChanges, { path, folder, kept }: FolderAside): void {
  try {
    disk.moveBack(folder, path);
  } catch {
    removeLeftover(folder);
    return;
  }
  for (const { undo } of kept) undo();
}
