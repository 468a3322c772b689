import { setImmediate } from 'node:timers/promises';
import type { Operation } from '../../server/protocol/messages/files.ts';
import { isWithin, movePath, type WirePath } from '../../server/protocol/wirePath.ts';
import type { Clock } from '../connect/clock.ts';
import type { BaseStore, PendingCommit, Roots } from './base/baseStore.ts';
import { nextPiece } from './base/nextPiece.ts';
import { settleInterrupted } from './base/settleInterrupted.ts';
import { replaceInSlices, STEP, type Steps } from './inSlices.ts';
import type { KnownFolderChange } from './local/knownFolders.ts';
import type { StatCache } from './local/statCache.ts';
import type { AppliedOperation } from './plan.ts';
import type { PlannedSync, Planner, Rename } from './planner.ts';
import { agreedBaseInSteps } from './reconcile/agreement.ts';
import type { Conflict } from './reconcile/conflict.ts';
import { RecentDeletions, type StoredDeletions } from './reconcile/recentDeletions.ts';
import type { CommitJournal } from './remote/remoteEndpoint.ts';
import type { RemoteSide } from './sides.ts';
import type { Tree } from './tree/tree.ts';
import { TreeEditor } from './tree/treeEditor.ts';

export interface TargetMemoryOptions {
  readonly store: BaseStore;
  readonly cache: StatCache;
  readonly planner: Planner;
  readonly remote: Pick<RemoteSide, 'known'>;
  readonly clock: Clock;
}

/** What has been done is saved this often while a plan is carried out, milliseconds; less often where that takes long. */
const SAVE_EVERY_MS = 3_000;
/** What is known of so many files is saved without a rest. */
const FILES_AT_ONCE = 1_000;
/** The lists of folders with so many entries in all are saved without a rest. */
const ENTRIES_AT_ONCE = 5_000;
/** Saving may take this part of the time at most. */
const SAVE_SHARE = 30;

/** What a target knows of its past: the base, the conflicts, the commits without an answer; kept on disk as it changes. */
export class TargetMemory {
  readonly deletions: RecentDeletions;
  readonly #options: TargetMemoryOptions;
  #base: Tree;
  #roots: Roots;
  #conflicts: readonly Conflict[];
  #blocked: ReadonlySet<string> = new Set();
  /** Operations that were done and are not in the base yet, in the order in which they were. */
  #done: AppliedOperation[] = [];
  /** Paths at which both sides get a new entry. */
  #merging: ReadonlySet<string> = new Set();
  /** Local renames that the server has not carried out, in the order in which it would. */
  #renames: readonly Rename[] = [];
  /** Commits whose answers are being waited for, and those that have been answered since the last save. */
  readonly #underWay = new Set<string>();
  #settled: string[] = [];
  /** What an earlier process began on the local folder; settled by the first look. */
  #interrupted: readonly Operation[];
  #isLocalSettled = false;
  #savedAt = 0;
  #saveMs = 0;
  #remembering: Promise<void> = Promise.resolve();

  constructor(options: TargetMemoryOptions) {
    this.#options = options;
    this.#base = options.store.state.base;
    this.#conflicts = options.store.state.conflicts;
    this.#roots = options.store.state.roots ?? {};
    this.#interrupted = options.store.begunLocally();
    this.deletions = new RecentDeletions(options.clock, options.store.state.deletions);
  }

  get base(): Tree {
    return this.#base;
  }

  /** As of the last look. */
  get conflicts(): readonly Conflict[] {
    return this.#conflicts;
  }

  /** Which folders the two sides were when a plan was last carried out. */
  get roots(): Roots {
    return this.#roots;
  }

  /** From now on these are the folders that are synced. */
  recognize(roots: Roots): void {
    if (JSON.stringify(roots) !== JSON.stringify(this.#roots)) this.#roots = roots;
  }

  /** A commit stays in the journal until the state is saved that shows its outcome. */
  readonly journal: CommitJournal = {
    add: (commit) => {
      this.#options.store.addPending(commit);
      this.#underWay.add(commit.id);
    },
    settle: (id) => {
      this.#underWay.delete(id);
      this.#settled.push(id);
    },
    lose: (id) => void this.#underWay.delete(id),
  };

  /** These operations are going to be carried out on the local folder. @throws SynclineError what the disk says */
  beginLocally(operations: readonly Operation[]): void {
    // what was begun before is known by its outcome alone from now on
    if (this.#isLocalSettled) this.save();
    this.#options.store.beginLocally(operations);
  }

  /** Their outcomes have been told; the next save settles them. */
  endLocally(): void {
    this.#isLocalSettled = true;
  }

  /** Takes into the base what a process that died did to the local folder, as a first look shows it. */
  recall(local: Tree, isHidden: (path: WirePath) => boolean): void {
    if (this.#interrupted.length === 0) return;
    const { base, done } = settleInterrupted(this.#base, local, this.#interrupted, isHidden);
    for (const operation of done) this.deletions.note({ side: 'local', operation });
    this.#base = base;
    this.#interrupted = [];
    this.#isLocalSettled = true;
  }

  /** Commits whose answers never arrived, of this process or an earlier one. */
  lostCommits(): PendingCommit[] {
    const pending = this.#options.store.pendingCommits();
    return pending.filter(({ id }) => !this.#settled.includes(id) && !this.#underWay.has(id));
  }

  /** `done`: what turned out to have been done by lost commits. It is what both sides agreed on when they were sent. */
  settleLost(commits: readonly PendingCommit[], done: readonly Operation[]): void {
    const editor = new TreeEditor(this.#base);
    for (const operation of done) agree(editor, operation);
    this.#base = editor.tree();
    this.#settled.push(...commits.map(({ id }) => id));
    this.save();
  }

  /** What a look found, before anything is done about it. */
  see({ plan, agreed, blocked, shared, renames }: PlannedSync): void {
    const { conflicts } = plan;
    this.#base = agreed;
    if (JSON.stringify(conflicts) !== JSON.stringify(this.#conflicts)) this.#conflicts = conflicts;
    this.#blocked = blocked;
    this.#renames = renames;
    // what an earlier round merged halfway was decided anew
    this.#done = this.#done.filter(({ operation }) => !this.#isHalfMerged(operation));
    this.#merging = shared;
    this.#savedAt = this.#options.clock.uptime();
  }

  /** Something was done. Saved soon; {@link remember} makes sure. */
  add(applied: AppliedOperation): void {
    this.#done.push(applied);
    this.deletions.note(applied);
    if (this.#options.clock.uptime() - this.#savedAt <= Math.max(SAVE_EVERY_MS, this.#saveMs * SAVE_SHARE)) return;
    this.#savedAt = this.#options.clock.uptime();
    // what goes wrong is told by the save that somebody waits for
    this.remember().catch(() => {});
  }

  /** Takes what was done into the base, and saves. @throws SynclineError what the disk says */
  remember(): Promise<void> {
    this.#remembering = this.#remembering
      .catch(() => {})
      .then(async () => {
        const begun = this.#options.clock.uptime();
        await this.#learn();
        await this.#saveFiles();
        await this.#saveBase();
        this.save();
        this.#saveMs = this.#options.clock.uptime() - begun;
      });
    return this.#remembering;
  }

  /**
   * What the last look learned of whole folders, as soon as the base lists what they hold: the next process then need not ask about
   * their files. To be called when a round is over. @throws SynclineError what the disk says
   */
  async rememberFolders(): Promise<void> {
    const { store, cache } = this.#options;
    let changes: KnownFolderChange[] = [];
    let files = 0;
    for (const change of cache.folders.changes(this.#base)) {
      changes.push(change);
      files += change.known?.holds.children.size ?? 0;
      if (files < FILES_AT_ONCE) continue;
      store.saveFolders(changes);
      [changes, files] = [[], 0];
      await setImmediate();
    }
    if (changes.length > 0) store.saveFolders(changes);
  }

  /**
   * Most of what a first look learns is about files: all but the last piece, and that too where it is a large folder, so that the save
   * itself keeps nobody waiting.
   */
  async #saveFiles(): Promise<void> {
    const { store, cache } = this.#options;
    for (;;) {
      const files = cache.changes(FILES_AT_ONCE);
      const isLast = files.length === cache.changed;
      if (isLast && files.every(([, { length }]) => length <= FILES_AT_ONCE)) return;
      store.saveFiles(files);
      cache.saved(files);
      await setImmediate();
      if (isLast) return;
    }
  }

  /**
   * Most of a large change of the base, piece by piece, so that the save itself keeps nobody waiting. Each piece leaves a base of
   * which every path is as it was or as it is now; where the server's tree stands is left out until the save, because what is
   * stored of that tree is how it differs from the base. Whoever starts from a piece takes a new snapshot.
   */
  async #saveBase(): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      const next = nextPiece(store.state.base, this.#base, ENTRIES_AT_ONCE);
      if (next === this.#base) return;
      store.save({ ...store.state, base: next, remote: null });
      await setImmediate();
    }
  }

  /** @throws SynclineError what the disk says; then the next save saves it all */
  save(): void {
    const { store, remote, cache } = this.#options;
    const { state } = store;
    const deletions = this.#storedDeletions(state.deletions);
    const next = {
      base: this.#base,
      remote: remote.known,
      conflicts: this.#conflicts,
      deletions,
      roots: this.#roots,
    };
    const [files, settled] = [cache.changes(), this.#settled];
    const isSame = (Object.keys(next) as (keyof typeof next)[]).every((key) => state[key] === next[key]);
    if (isSame && settled.length === 0 && files.length === 0 && !this.#isLocalSettled) return;
    store.save(next, files, settled, this.#isLocalSettled);
    cache.saved(files);
    this.#settled = [];
    this.#isLocalSettled = false;
  }

  /** The very value that is stored already, if nothing about it has changed. */
  #storedDeletions(stored: StoredDeletions | null | undefined): StoredDeletions | null {
    const now = this.deletions.stored;
    return stored !== undefined && JSON.stringify(now) === JSON.stringify(stored) ? stored : now;
  }

  /**
   * First what was done, in the order of the plan: at that moment both sides agreed on it, whatever the server has told since.
   * Then what both sides are seen to agree on.
   */
  async #learn(): Promise<void> {
    const open = this.#done.filter(({ operation }) => this.#isHalfMerged(operation));
    const done = this.#done.filter((each) => !open.includes(each));
    const untold = this.#renames.filter((rename) => !done.some(({ operation }) => isSameRename(operation, rename)));
    // what is done from now on is for the next time
    this.#done = open;
    this.#renames = untold;
    // a look may replace the base meanwhile
    const place = { get: () => this.#base, set: (base: Tree) => void (this.#base = base) };
    await replaceInSlices(place, (base) => withDone(base, done, untold));
    const { local, remote } = await this.#options.planner.current(this.#base);
    await replaceInSlices(place, (base) => agreedBaseInSteps(base, local, remote, this.#blocked));
  }

  /** A merged entry goes to both sides; as long as one of them lacks it, they do not agree on it. */
  #isHalfMerged(operation: Operation): boolean {
    if (operation.kind !== 'put' || !this.#merging.has(operation.path)) return false;
    const { path } = operation;
    return this.#done.filter(({ operation: other }) => other.kind === 'put' && other.path === path).length < 2;
  }
}

const isSameRename = (operation: Operation, { from, to }: Rename): boolean =>
  operation.kind === 'rename' && operation.from === from && operation.to === to;

/**
 * What was done locally below the new name of a rename that the server has not carried out: both sides agree on it under the name
 * that it has there. Under the new one it would look as if the server had deleted it.
 */
function underOldNames(operation: Operation, untold: readonly Rename[]): Operation {
  if (untold.length === 0) return operation;
  const old = (path: WirePath): WirePath =>
    untold.reduceRight((at, { from, to }) => (isWithin(at, to) ? movePath(at, to, from) : at), path);
  if (operation.kind === 'rename') return { ...operation, from: old(operation.from), to: old(operation.to) };
  return { ...operation, path: old(operation.path) };
}

/** The base with what was done, in the order of the plan. */
function* withDone(base: Tree, done: readonly AppliedOperation[], untold: readonly Rename[]): Steps<Tree> {
  const editor = new TreeEditor(base);
  for (const wanted of ['remote', 'local'] as const)
    for (const [index, { side, operation }] of done.entries()) {
      if (index % STEP === STEP - 1) yield;
      if (side === wanted) agree(editor, side === 'local' ? underOldNames(operation, untold) : operation);
    }
  return editor.tree();
}

/** What the base becomes when both sides are as an operation left one of them. */
function agree(editor: TreeEditor, operation: Operation): void {
  if (operation.kind === 'put') editor.set(operation.path, operation.entry);
  else if (operation.kind === 'delete') editor.remove(operation.path);
  else if (operation.kind === 'rename') editor.rename(operation.from, operation.to);
}
