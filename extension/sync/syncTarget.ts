import { join, relative, sep } from 'node:path';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import type { Entry } from '../../server/protocol/entry.ts';
import type { BulkSync } from '../../server/protocol/disk/bulkSync.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { isWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { type Clock, systemClock } from '../connect/clock.ts';
import type { ClientProvider, Disposable } from '../connect/serverClient.ts';
import { BaseStore } from './base/baseStore.ts';
import { takeBack, type TakenBack } from './batches/takeBack.ts';
import { BrakeStop } from './brakeStop.ts';
import { TargetLock } from './base/targetLock.ts';
import { compareInSteps, type SideDifference } from './compareSides.ts';
import { ContinuousSync, type Settled } from './continuousSync.ts';
import { Exclusive } from './exclusive.ts';
import { decideConflict, type DecisionParts } from './decideConflict.ts';
import { explainPath } from './explainPath.ts';
import type { Explanation } from './explanation.ts';
import { inSlices } from './inSlices.ts';
import { isGitAtWork } from './gitWork.ts';
import { LocalEndpoint } from './local/localEndpoint.ts';
import { distrust, rereadFiles } from './local/rereadFiles.ts';
import { prepareRoot } from './local/prepareRoot.ts';
import { LocalStaging } from './local/localStaging.ts';
import { SafetyCopies } from './local/safetyCopies.ts';
import { StatCache } from './local/statCache.ts';
import { LOOK_AT_ALL, type Looks } from './look.ts';
import { type AppliedOperation, pathsOf, type Plan, type SyncProgress } from './plan.ts';
import type { Choice, Conflict } from './reconcile/conflict.ts';
import type { Mode } from './reconcile/mode.ts';
import { type CommitJournal, RemoteEndpoint } from './remote/remoteEndpoint.ts';
import { ShareFolder } from './remote/shareFolder.ts';
import { restlessProblems } from './restless.ts';
import { verifyShare } from './remote/verifyShare.ts';
import { planDifference, stepKey } from './planDifference.ts';
import { SavedFiles } from './savedFiles.ts';
import type { RemoteSide } from './sides.ts';
import { type CycleResult, SyncCycle } from './syncCycle.ts';
import type { SyncState } from './syncState.ts';
import { type SyncSummary, summarize } from './syncSummary.ts';
import { entryOf, nodeAt } from './tree/tree.ts';
import { TrafficMeter } from './trafficMeter.ts';
import type { Verification, VerifyOptions } from './verification.ts';
import { verifyTarget, type VerifyTargetParts } from './verifyTarget.ts';
import { makeFolders } from '../../server/protocol/disk/makeFolders.ts';

export interface TargetSyncOptions {
  /** The local folder; made if it is missing, its parent exists and the mode may write to it. */
  readonly root: string;
  readonly share: string;
  readonly dir?: WirePath | undefined;
  readonly mode: Mode;
  /** Of this target alone; see {@link targetStateDirectory}. */
  readonly stateDirectory: string;
  /** In `two-way`: conflicts are merged by themselves as far as their edits do not overlap. Default: false. */
  readonly merge?: boolean | undefined;
  /**
   * Why nothing may be written to the server yet, asked anew each time; undefined: it may. Until then a sync that would write
   * stops as by a brake, and one that is confirmed does not.
   */
  readonly guard?: (() => string | undefined) | undefined;
  readonly provider: ClientProvider;
  /** False: changes here are found by looking every ten seconds alone. Default: true. */
  readonly watchLocal?: boolean | undefined;
  /** Makes syncing many files at once cheaper; left out: each is synced by itself. */
  readonly bulkSync?: BulkSync | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: ((event: string, data: object) => void) | undefined;
}

export interface SyncOnceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Carry the plan out even if a brake says to ask first. */
  readonly confirmed?: boolean | undefined;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  readonly onApplied?: ((applied: AppliedOperation) => void) | undefined;
}

export interface SyncOnceResult {
  readonly summary: SyncSummary;
  readonly conflicts: readonly Conflict[];
  readonly problems: readonly Problem[];
  /** The share's revision that the result shows. */
  readonly rev: number;
}

/** A sync that finds things otherwise than planned looks again, so many times in all. */
const MOST_ROUNDS = 6;

/**
 * One target: a local folder, a share (or a folder in it), a mode, and the base between them. Either asked to sync once, or
 * started to sync continuously; both may be mixed, rounds never overlap. To be closed; then the target may be opened again.
 */
export class TargetSync {
  readonly root: string;
  readonly mode: Mode;
  readonly #lock: TargetLock;
  readonly #store: BaseStore;
  readonly #local: LocalEndpoint;
  readonly #remote: RemoteSide;
  readonly #cycle: SyncCycle;
  readonly #continuous: ContinuousSync;
  readonly #exclusive = new Exclusive();
  readonly #safety: SafetyCopies;
  readonly #clock: Clock;
  readonly #log: (event: string, data: object) => void;
  readonly #traffic: TrafficMeter;
  readonly #following: Disposable;
  readonly #verifying: VerifyTargetParts;
  readonly #deciding: DecisionParts;
  readonly #distrust: (paths: readonly WirePath[]) => void;
  readonly #saves: SavedFiles;
  readonly #closing = new AbortController();
  #isStarted = false;

  /**
   * @throws SynclineError `TargetBusy`, `RootUnavailable`, or what the disk says about the state folder.
   */
  static async open(options: TargetSyncOptions): Promise<TargetSync> {
    const target = await TargetSync.#open(options);
    await target.#local.settleSafety();
    return target;
  }

  static async #open(options: TargetSyncOptions): Promise<TargetSync> {
    try {
      makeFolders(options.stateDirectory, 0o700);
    } catch (error) {
      throw diskError(error, 'make the state folder of the target');
    }
    const lock = TargetLock.acquire(options.stateDirectory);
    let store: BaseStore | undefined;
    try {
      store = await inSlices(BaseStore.opening(options.stateDirectory));
      const { mode } = options;
      const mayMake = store.state.base.children.size === 0 && (mode === 'two-way' || mode === 'pull');
      const root = prepareRoot(options.root, mayMake);
      LocalStaging.tidy(root, options.stateDirectory);
      return new TargetSync({ ...options, root }, lock, store);
    } catch (error) {
      store?.close();
      lock.release();
      throw error;
    }
  }

  private constructor(options: TargetSyncOptions, lock: TargetLock, store: BaseStore) {
    const { root, mode, stateDirectory, provider, share, dir, bulkSync } = options;
    const { clock = systemClock, log = () => {} } = options;
    this.root = root;
    this.mode = mode;
    this.#lock = lock;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#safety = new SafetyCopies(join(stateDirectory, 'safety'), () => clock.now());
    this.#traffic = new TrafficMeter(provider);
    if (store.wasDamaged) log('baseDamaged', { putAside: 'base.db.damaged' });
    const cache = new StatCache(store);
    const local = new LocalEndpoint({ root, stateDirectory, cache, safety: this.#safety, bulkSync, log });
    let cycle: SyncCycle | undefined;
    const journal: CommitJournal = {
      add: (commit) => cycle?.memory.journal.add(commit),
      settle: (id) => cycle?.memory.journal.settle(id),
      lose: (id) => cycle?.memory.journal.lose(id),
    };
    const folder = new ShareFolder(share, dir);
    const remote = new RemoteEndpoint({ folder, provider, known: store.state.remote, journal, log });
    cycle = new SyncCycle({
      local,
      remote,
      store,
      cache,
      mode,
      merges: options.merge,
      guard: options.guard,
      clock,
      log,
    });
    this.#local = local;
    this.#remote = remote;
    this.#cycle = cycle;
    this.#continuous = new ContinuousSync({
      cycle,
      local,
      remote,
      exclusive: this.#exclusive,
      clock,
      ...(options.watchLocal !== undefined && { watchesLocal: options.watchLocal }),
      express: (path) => (isWirePath(path) ? this.#saves.send(path) : this.#continuous.hint(new Set([path]))),
      isHeldBack: () => isGitAtWork(root),
      log,
    });
    this.#saves = new SavedFiles(cycle, this.#continuous, log);
    this.#verifying = {
      cycle,
      exclusive: this.#exclusive,
      reread: (tree, { signal, onProgress }) =>
        rereadFiles({ root, tree, cache, signal, onProgress: (files) => onProgress?.('local', files) }),
      verifyRemote: async ({ signal, onProgress }) =>
        verifyShare(await provider.client({ signal }), folder, {
          signal,
          onProgress: (files) => onProgress?.('remote', files),
        }),
    };
    this.#deciding = {
      mode,
      cycle,
      local,
      remote,
      now: () => new Date(clock.now()),
      round: (request) => this.#round(request),
      onApplied: (applied) => this.#continuous.tell(applied),
    };
    this.#distrust = (paths) => distrust(cache, paths);
    this.#following = provider.onDidChangeClient(() => this.#continuous.refresh());
  }

  /** What {@link syncOnce} would do now. Touches nothing on either side. */
  plan(options: Pick<SyncOnceOptions, 'signal' | 'onProgress'> = {}): Promise<Plan> {
    return this.#exclusive.run(async () => {
      this.#cycle.forgetFailures();
      const { plan } = await this.#cycle.plan({
        ...options,
        signal: this.#orClosed(options.signal),
        look: LOOK_AT_ALL,
      });
      return plan;
    });
  }

  /**
   * Brings both sides in line as far as the mode wants, and looks again until nothing is left to do.
   *
   * @throws SynclineError `BrakeStopped` ({@link BrakeStop}) when the plan needs to be confirmed; nothing was changed then. `Cancelled`, or what
   * a side or the connection says; what was done until then is kept.
   */
  async syncOnce(options: SyncOnceOptions = {}): Promise<SyncOnceResult> {
    const spent = this.#measure();
    const applied: AppliedOperation[] = [];
    const { plan, stale } = await this.#exclusive.run(() => this.#rounds(options, applied));
    const problems = [...plan.problems, ...restlessProblems(plan, stale)];
    const summary = summarize(applied, { conflicts: plan.conflicts, problems }, spent());
    this.#prune();
    // whoever follows continuous syncing hears of this, too
    if (this.#isStarted && applied.length > 0) this.#continuous.hint(new Set());
    return { summary, conflicts: plan.conflicts, problems, rev: this.#remote.rev };
  }

  /**
   * Carries out a plan that a person was shown, brakes included, but for the steps that they left out ({@link stepKey}); conflicts
   * are left alone. When another look finds something else to do than was shown, nothing is done.
   * @throws SynclineError `Changed`, telling the difference; else as {@link syncOnce}
   */
  async carryOut(shown: Plan, leftOut: ReadonlySet<string>, options: SyncOnceOptions = {}): Promise<SyncSummary> {
    const spent = this.#measure();
    let difference: string | null = null;
    const approve = (found: Plan): boolean => (difference = planDifference(shown, found)) === null;
    const { applied, plan } = await this.#exclusive.run(async () => {
      this.#cycle.forgetFailures();
      const signal = this.#orClosed(options.signal);
      const only = (step: AppliedOperation): boolean => leftOut.size === 0 || !leftOut.has(stepKey(step));
      const result = await this.#cycle.run({ ...options, signal, look: LOOK_AT_ALL, confirmed: true, approve, only });
      if (difference !== null) throw new SynclineError('Changed', `${difference} Nothing was done.`);
      return result;
    });
    if (this.#isStarted) this.#continuous.hint(new Set());
    return summarize(applied, plan, spent());
  }

  /** Keeps the target in sync from now on. Resolves when changes are being watched. */
  async start(): Promise<void> {
    this.#isStarted = true;
    this.#prune();
    await this.#continuous.start();
  }

  /** Until {@link resume} nothing is done by itself; a sync under way is stopped. */
  pause(): void {
    this.#continuous.pause();
  }

  resume(): void {
    this.#continuous.resume();
  }

  /** A program saved a file of the folder: the fast way, ahead of watchers and of what else is under way. */
  notifySaved(file: string): void {
    const path = relative(this.root, file).split(sep).join('/');
    if (this.#isStarted && isWirePath(path)) this.#saves.send(path);
  }

  /** Of continuous syncing. */
  get state(): SyncState {
    return this.#continuous.state;
  }

  onDidChangeState(listener: (state: SyncState) => void): Disposable {
    return this.#continuous.onDidChangeState(listener);
  }

  /** How far continuous syncing is with what it carries out. */
  onProgress(listener: (now: SyncProgress) => void): Disposable {
    return this.#continuous.onProgress(listener);
  }

  /** Each operation of continuous syncing, when it is done. */
  onApplied(listener: (applied: AppliedOperation) => void): Disposable {
    return this.#continuous.onApplied(listener);
  }

  /** Continuous syncing has nothing left to do, after it had. */
  onSettled(listener: (settled: Settled) => void): Disposable {
    return this.#continuous.onSettled(listener);
  }

  /** As of the last look, or of the last run when there was none yet. */
  conflicts(): readonly Conflict[] {
    return this.#cycle.memory.conflicts;
  }

  /** As of the last look. */
  problems(): readonly Problem[] {
    return [...this.#cycle.problems, ...this.#continuous.restless];
  }

  /**
   * Decides a conflict that is listed. `mine`: the server takes what is here. `theirs`: the reverse. `both`: theirs takes the
   * path, and mine is kept beside it under a name that says so. `merge`: both sides take the edits of both.
   *
   * @throws SynclineError `NotFound` when there is no such conflict, `Changed` when it has become another one meanwhile,
   * `CannotMerge`.
   */
  async resolve(path: string, choice: Choice, asked?: AbortSignal): Promise<void> {
    const signal = this.#orClosed(asked);
    await this.#exclusive.run(() => decideConflict(this.#deciding, path, choice, signal));
    this.#continuous.hint(new Set([path]));
  }

  /**
   * Where the sides differ, ignored things aside. As of the last look, which must have been made before; with `look`, that much
   * is looked at again.
   * @throws SynclineError what a side says to the look
   */
  compare(look?: Looks): Promise<ReadonlyMap<WirePath, SideDifference>> {
    return this.#exclusive.run(async () => {
      if (look) await this.#cycle.plan({ look, signal: this.#closing.signal });
      const { local, remote } = await this.#cycle.planner.current(this.#cycle.memory.base);
      const { signal } = this.#closing;
      const differences = await inSlices(compareInSteps(this.#cycle.memory.base, local, remote), signal);
      for (const { path } of this.problems()) differences.delete(path.normalize('NFC') as WirePath);
      return differences;
    });
  }

  /** Puts the folder back where changes are undone ({@link undoBatch}); the next sync takes that to the server. */
  async takeBack(operations: readonly Operation[], signal?: AbortSignal): Promise<TakenBack> {
    const sides = { local: this.#local, remote: this.#remote };
    const taken = await this.#exclusive.run(() => takeBack(sides, operations, this.#orClosed(signal)));
    if (this.#isStarted) this.#continuous.hint(new Set(taken.done.flatMap(pathsOf)));
    return taken;
  }

  /** Why a conflict was not merged by itself; undefined where that was not tried. */
  unmergedBecause(conflict: Conflict): string | undefined {
    return this.#cycle.merging?.reasonFor(conflict);
  }

  /** Why a path is synced or not. Looks at it again. */
  explain(path: string, signal?: AbortSignal): Promise<Explanation> {
    const parts = {
      root: this.root,
      mode: this.mode,
      cycle: this.#cycle,
      local: this.#local,
      remote: this.#remote,
    };
    return this.#exclusive.run(() => explainPath(parts, path, this.#orClosed(signal)));
  }

  /**
   * Reads every file again on both sides, and tells what is not as it was on record, and what a repair would do.
   * @throws SynclineError `Cancelled`, or what the root or the connection says
   */
  verify(options: VerifyOptions = {}): Promise<Verification> {
    return verifyTarget(this.#verifying, { ...options, signal: this.#orClosed(options.signal) });
  }

  /** Syncs by the usual rules what a verification has found. As {@link syncOnce}. */
  repair({ local }: Pick<Verification, 'local'>, options: SyncOnceOptions = {}): Promise<SyncOnceResult> {
    this.#distrust(local.drift.map(({ path }) => path));
    return this.syncOnce(options);
  }

  /** As of the last look. */
  ignores(path: string, isDirectory: boolean): boolean {
    return this.#local.rules.isIgnored(path, isDirectory);
  }

  /** Ignore files, as of the last look. */
  get ignoreFiles(): readonly { readonly path: string; readonly text: string }[] {
    return this.#local.rules.files;
  }

  /** What both sides last agreed on. */
  baseOf(path: string): Entry | null {
    return isWirePath(path) ? entryOf(nodeAt(this.#cycle.memory.base, path)) : null;
  }

  /** Stops what is under way; calls that are waiting reject with `Cancelled`. */
  async close(): Promise<void> {
    this.#closing.abort(new SynclineError('Cancelled'));
    await this.#continuous.close();
    await this.#saves.settled();
    await this.#exclusive.run(() => Promise.resolve());
    this.#following.dispose();
    this.#traffic.dispose();
    this.#store.close();
    this.#lock.release();
  }

  /** What the wire and the clock have to tell since then. */
  #measure(): () => Pick<SyncSummary, 'bytesSent' | 'bytesReceived' | 'ms'> {
    const begun = this.#clock.uptime();
    const before = this.#traffic.read();
    return () => {
      const { sent, received } = this.#traffic.read();
      return {
        bytesSent: sent - before.sent,
        bytesReceived: received - before.received,
        ms: this.#clock.uptime() - begun,
      };
    };
  }

  #orClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  async #rounds(options: SyncOnceOptions, applied: AppliedOperation[]): Promise<CycleResult> {
    this.#cycle.forgetFailures();
    let look: Looks = LOOK_AT_ALL;
    for (let round = 1; ; round++) {
      const result = await this.#round({
        ...options,
        signal: this.#orClosed(options.signal),
        look,
        onApplied: (each) => {
          applied.push(each);
          options.onApplied?.(each);
          if (this.#isStarted) this.#continuous.tell(each);
        },
      });
      const isDone = result.stale.length === 0 && (result.applied.length === 0 || this.#remote.isConfirmed);
      if (isDone || round === MOST_ROUNDS) return result;
      // what was done is looked at once more: the server confirms it, and ignore files may have changed
      look = result.stale.length > 0 ? LOOK_AT_ALL : { local: 'nothing', remote: 'everything' };
    }
  }

  async #round(request: Parameters<SyncCycle['run']>[0]): Promise<CycleResult> {
    const result = await this.#cycle.run(request);
    const { brake } = result.plan;
    if (this.#isStarted) this.#continuous.refresh(result.carriedOut ? { ...result.plan, brake: null } : result.plan);
    if (!result.carriedOut && brake) throw new BrakeStop(brake);
    return result;
  }

  #prune(): void {
    try {
      this.#safety.prune();
    } catch (error) {
      this.#log('safetyNotPruned', { code: diskError(error, 'remove old safety copies').code });
    }
  }
}
