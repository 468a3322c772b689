import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { ancestorsOf, type WirePath } from '../../server/protocol/wirePath.ts';
import type { Clock } from '../connect/clock.ts';
import type { BaseStore, Roots } from './base/baseStore.ts';
import type { StatCache } from './local/statCache.ts';
import { AutoMerge } from './merge/autoMerge.ts';
import { filterInSteps, inSlices, type Steps } from './inSlices.ts';
import { LOOK_AT_NOTHING, type Looks } from './look.ts';
import { type AppliedOperation, keyOf, pathsOf, pathsOfAll, type Plan, type SyncProgress } from './plan.ts';
import { type PlannedSync, Planner } from './planner.ts';
import { type Brake, brakeOf, newSecrets } from './reconcile/brakes.ts';
import type { Conflict, Resolution } from './reconcile/conflict.ts';
import type { Side } from './reconcile/differences.ts';
import type { Mode } from './reconcile/mode.ts';
import type { Sides } from './reconcile/reconcile.ts';
import { RoundOutcomes } from './roundOutcomes.ts';
import { sendSaved } from './sendSaved.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import { TargetMemory } from './targetMemory.ts';
import { countTreeInSteps, entryCount, type Tree } from './tree/tree.ts';
import { using } from './using.ts';

export interface SyncCycleOptions {
  readonly local: LocalSide;
  readonly remote: RemoteSide;
  readonly store: BaseStore;
  readonly cache: StatCache;
  readonly mode: Mode;
  /** Conflicts are merged as far as their edits do not overlap. Only in `two-way`, the one mode that writes on both sides. */
  readonly merges?: boolean | undefined;
  /** Why nothing may be written to the server before a person has agreed; undefined once they have. */
  readonly guard?: (() => string | undefined) | undefined;
  readonly clock: Clock;
  readonly log: (event: string, data: object) => void;
}

export interface CycleRequest {
  readonly look: Looks;
  /** Carry the plan out even if a brake says to ask first. */
  readonly confirmed?: boolean | undefined;
  readonly resolve?: ((conflict: Conflict) => Resolution | undefined) | undefined;
  /** For plans alone: changes what the local side is taken to hold. */
  readonly amend?: ((local: Tree) => Tree) | undefined;
  /** Which steps of the plan are carried out; left out: all of them, and conflicts are merged. */
  readonly only?: ((step: AppliedOperation) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  readonly onApplied?: ((applied: AppliedOperation) => void) | undefined;
  /** Looks at the plan before it is carried out; false: not now. */
  readonly approve?: ((plan: Plan) => boolean) | undefined;
}

export interface CycleResult {
  /** With the problems that turned up while it was carried out. */
  readonly plan: Plan;
  readonly applied: readonly AppliedOperation[];
  /** Paths that turned out to be otherwise than planned; another look will tell. */
  readonly stale: readonly WirePath[];
  /** False: a brake or `approve` held the plan back. */
  readonly carriedOut: boolean;
}

/**
 * One round of syncing: look, plan, carry out, remember. Rounds run one at a time. Whatever happens in the middle of one,
 * both sides hold old or new contents path by path, and what was done is remembered or found out by the next round.
 */
export class SyncCycle {
  readonly planner: Planner;
  readonly memory: TargetMemory;
  /** Null: conflicts wait for a person. */
  readonly merging: AutoMerge | null;
  readonly #options: SyncCycleOptions;
  #problems: readonly Problem[] = [];
  #blocked: ReadonlySet<string> = new Set();
  /** Operations that cannot be done, and why. */
  readonly #failed = new Map<string, Problem>();
  /** Paths of the plan that is being carried out. */
  #busy: ReadonlySet<string> = new Set();
  /** Saves that are being sent. */
  readonly #expressed = new Map<WirePath, Promise<unknown>>();

  constructor(options: SyncCycleOptions) {
    const { local, remote, mode, store, cache, clock, merges } = options;
    this.#options = options;
    this.merging = merges && mode === 'two-way' ? new AutoMerge({ local, remote }) : null;
    this.planner = new Planner({ local, remote, mode, clock });
    this.memory = new TargetMemory({ store, cache, remote, clock, planner: this.planner });
  }

  /** As of the last look. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Lets operations be tried again that could not be done. */
  forgetFailures(): void {
    this.#failed.clear();
  }

  /** @throws SynclineError and nothing else. */
  plan(request: CycleRequest): Promise<PlannedSync> {
    return codedErrors(request.signal, () => this.#plan(request, false));
  }

  /** @throws SynclineError what a side or the disk says; then another round may begin at once. */
  run(request: CycleRequest): Promise<CycleResult> {
    return codedErrors(request.signal, () => this.#run(request));
  }

  /**
   * The fast path of a save: sends one known file as it is on disk now, beside a round that may be under way. False when
   * there is more to it; then a round has to look at it.
   */
  async express(path: WirePath, onApplied: (applied: AppliedOperation) => void): Promise<boolean> {
    if (this.#isGuarded || this.#busy.has(path) || this.#blocked.has(path) || this.#expressed.has(path)) return false;
    const { local, remote, mode } = this.#options;
    const sending = sendSaved(path, { local, remote, base: this.memory.base, mode });
    this.#expressed.set(path, sending);
    try {
      const sent = await sending;
      if (!sent) return false;
      if (sent === 'agrees') return true;
      const applied: AppliedOperation = { side: 'remote', operation: sent };
      this.memory.add(applied);
      // the server's word is what counts; if this process died now, the journal of commits would tell
      onApplied(applied);
      await this.memory.remember();
      return true;
    } finally {
      this.#expressed.delete(path);
    }
  }

  async #plan(request: CycleRequest, isToBeSent: boolean): Promise<PlannedSync> {
    const { look, resolve, amend, signal, onProgress } = request;
    if (look.remote !== 'nothing') await this.#settleLost(signal);
    await Promise.allSettled(this.#expressed.values());
    for (let looks: Looks = look; ; looks = LOOK_AT_NOTHING) {
      const { base } = this.memory;
      const planned = await this.planner.plan({
        base,
        look: looks,
        resolve,
        amend,
        signal,
        isToBeSent,
        failed: (operation) => (this.#failed.size === 0 ? undefined : this.#failed.get(keyOf(operation))),
        brake: (plan, sides) => this.#brake(plan, sides),
        onLook: (entries) => onProgress?.({ phase: 'looking', entries }),
      });
      const isHidden = (path: WirePath): boolean => [path, ...ancestorsOf(path)].some((at) => planned.blocked.has(at));
      this.memory.recall(planned.local, isHidden);
      // a save that was sent meanwhile moved the base on; a plan from the old one would take it for a change of both sides; so would
      // one that knows nothing of what a process that died has done
      if (this.memory.base !== base) continue;
      this.#blocked = planned.blocked;
      this.memory.deletions.hold(planned.plan.brake?.kind === 'manyDeletions');
      return planned;
    }
  }

  async #run(request: CycleRequest): Promise<CycleResult> {
    const planned = await this.#plan(request, this.#mayBeSentEarly(request));
    const { plan } = planned;
    this.#problems = plan.problems;
    this.memory.see(planned);
    const isApproved = request.approve?.(plan) ?? true;
    if (!isApproved || (plan.brake !== null && request.confirmed !== true)) {
      this.memory.save();
      return { plan, applied: [], stale: [], carriedOut: false };
    }
    this.memory.recognize(this.#roots());
    const outcomes = new RoundOutcomes(request, this.memory, this.#failed);
    try {
      await this.#carryOut(plan, request, outcomes);
      await this.#merge(plan.conflicts, request, outcomes);
    } finally {
      this.#busy = new Set();
      if (request.confirmed) this.memory.deletions.forget();
      await this.memory.remember();
    }
    await this.memory.rememberFolders();
    const { applied, stale } = outcomes;
    this.#problems = [...plan.problems, ...outcomes.problems];
    return { plan: { ...plan, problems: this.#problems }, applied, stale, carriedOut: true };
  }

  /** Not before somebody has agreed to it if the folder may be another one than before. */
  #mayBeSentEarly({ confirmed, only }: CycleRequest): boolean {
    const { local, mode } = this.#options;
    if (mode === 'pull' || only || this.#isGuarded) return false;
    const { base, roots } = this.memory;
    return confirmed === true || base.children.size === 0 || local.rootIdentity === roots.local;
  }

  async #carryOut(plan: Plan, { signal, only = () => true }: CycleRequest, outcomes: RoundOutcomes): Promise<void> {
    const { local, remote } = this.#options;
    const { toLocal, toRemote } = await inSlices(this.#claim(plan, only, outcomes), signal);
    // local first: the names under which contents are read for the server are those after the local renames
    if (toLocal.length > 0) {
      const options = await outcomes.begin('local', toLocal);
      this.memory.beginLocally(toLocal);
      try {
        await using(remote.read(), (source) => local.apply(toLocal, source, { signal, ...options }));
      } finally {
        this.memory.endLocally();
      }
    }
    if (toRemote.length > 0) {
      const options = await outcomes.begin('remote', toRemote);
      await using(local.read(), (source) => remote.apply(toRemote, source, { signal, ...options }));
    }
  }

  /** From now on the paths of the plan are this round's; what is being sent as a save right now is looked at again when that is done. */
  *#claim(
    { toLocal, toRemote }: Plan,
    only: (step: AppliedOperation) => boolean,
    outcomes: RoundOutcomes,
  ): Steps<Pick<Plan, 'toLocal' | 'toRemote'>> {
    const isWanted = (side: Side) => (operation: Operation) => only({ side, operation });
    let [here, there] = [
      yield* filterInSteps(toLocal, isWanted('local')),
      yield* filterInSteps(toRemote, isWanted('remote')),
    ];
    const busy = yield* pathsOfAll([...here, ...there]);
    // no step in between: a save either finds its path claimed, or is found here
    this.#busy = busy;
    const sent = new Set([...this.#expressed.keys()].filter((path) => busy.has(path)));
    if (sent.size === 0) return { toLocal: here, toRemote: there };
    for (const path of sent) busy.delete(path);
    const isSent = (operation: Operation): boolean => pathsOf(operation).some((path) => sent.has(path));
    for (const operation of [...here, ...there].filter(isSent)) outcomes.leave(operation);
    [here, there] = [here.filter((each) => !isSent(each)), there.filter((each) => !isSent(each))];
    return { toLocal: here, toRemote: there };
  }

  /** What is merged is in the base when the next look sees it on both sides, and not before. */
  async #merge(conflicts: readonly Conflict[], request: CycleRequest, outcomes: RoundOutcomes): Promise<void> {
    const open = conflicts.filter(({ path }) => !this.#expressed.has(path));
    if (!this.merging || request.only || open.length === 0 || this.#isGuarded) return;
    this.#busy = new Set(open.map(({ path }) => path));
    const merged = await this.merging.mergeAll(open, {
      signal: request.signal,
      onApplied: (applied) => outcomes.take(applied),
    });
    outcomes.stale.push(...merged);
  }

  *#brake(plan: Pick<Plan, 'toLocal' | 'toRemote'>, sides: Sides): Steps<Brake | null> {
    const secrets = yield* newSecrets(plan.toRemote, sides);
    yield* countTreeInSteps(sides.local);
    yield* countTreeInSteps(sides.remote);
    // what the brake asks besides is asked in one step, the last one
    const { deletions, roots } = this.memory;
    const current = this.#roots();
    const isReplaced = (side: Side): boolean => roots[side] !== undefined && current[side] !== roots[side];
    const facts = {
      recent: {
        local: deletions.count('local', plan.toLocal, () => entryCount(sides.local)),
        remote: deletions.count('remote', plan.toRemote, () => entryCount(sides.remote)),
      },
      replaced: (['local', 'remote'] as const).filter(isReplaced),
      guarded: this.#options.guard?.(),
    };
    return brakeOf(plan, sides, facts, secrets);
  }

  get #isGuarded(): boolean {
    return this.#options.guard?.() !== undefined;
  }

  #roots(): Roots {
    const { local, remote } = this.#options;
    return { local: local.rootIdentity, remote: remote.known?.cursor.epoch };
  }

  /** Learns what became of commits whose answers never arrived. */
  async #settleLost(signal: AbortSignal | undefined): Promise<void> {
    const lost = this.memory.lostCommits();
    if (lost.length > 0) this.memory.settleLost(lost, await this.#options.remote.resend(lost, signal));
  }
}

/** Whatever ends a piece of work whose signal was aborted is its cancellation. */
async function codedErrors<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && !(error instanceof SynclineError)) {
      throw new SynclineError('Cancelled', undefined, { cause: error });
    }
    throw SynclineError.from(error);
  }
}
