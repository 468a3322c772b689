import { channel } from 'node:diagnostics_channel';
import { SynclineError } from '../../server/protocol/errors.ts';
import { INITIAL_CREDIT } from '../../server/protocol/limits.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Clock } from '../connect/clock.ts';
import { Listeners } from '../connect/listeners.ts';
import type { Disposable } from '../connect/serverClient.ts';
import type { Look } from './endpoint.ts';
import type { Exclusive } from './exclusive.ts';
import { MONITOR_EVERY_MS, monitorInterval } from './monitorInterval.ts';
import { LOOK_AT_ALL, LOOK_AT_NOTHING, type Looks, mergeLooks } from './look.ts';
import type { AppliedOperation, Plan, SyncProgress } from './plan.ts';
import type { Brake } from './reconcile/brakes.ts';
import { restlessProblems } from './restless.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import type { CycleResult, SyncCycle } from './syncCycle.ts';
import { type StateFacts, type SyncState, stateOf } from './syncState.ts';

/** Deletions wait until nothing has happened for so long: editors save by deleting and renaming. */
export const SETTLE_MS = 150;
const MOST_SETTLE_MS = 1_500;
/** What was found otherwise than planned is looked at again after this, and longer each time in a row. */
const AGAIN_MS = 100;
const MOST_AGAIN_MS = 10_000;
/** Transfers that moved more than this have arrived in part: what is under way unasked is less. */
const PROVEN_BYTES = 8 * INITIAL_CREDIT;
/** So many times in a row, and it is told as a problem. */
const RESTLESS_AFTER = 5;
/** While git works on the folder, nothing is sent; but no longer than this. */
const HELD_BACK_MS = 100;
const MOST_HELD_BACK_MS = 10_000;
/** Changes of no more paths at once are saves; more may belong together. */
const FEW_SAVES = 4;
/** Operations that could not be done are tried again this often. */
const RETRY_FAILED_MS = 60_000;
/** More deletions than this are only carried out after a complete look at the side on which something is missing. */
const FEW_DELETIONS = 10;

export interface ContinuousSyncOptions {
  readonly cycle: SyncCycle;
  readonly local: LocalSide;
  readonly remote: RemoteSide;
  readonly exclusive: Exclusive;
  readonly clock: Clock;
  /** False: the monitor alone finds changes of the local folder. */
  readonly watchesLocal?: boolean;
  /** Whether another program is in the middle of changing the local folder. */
  readonly isHeldBack: () => boolean;
  /** Sends a file beside a round, or has a round look at it; left out: it waits for the next one. */
  readonly express?: (path: string) => void;
  readonly log: (event: string, data: object) => void;
}

/** Gets every operation that was carried out, as an {@link AppliedOperation}: for whoever measures from outside. */
const APPLIED = channel('syncline.applied');

/** Nothing is pending. */
export interface Settled {
  readonly rev: number;
  readonly conflicts: number;
  readonly problems: number;
}

/**
 * Keeps a target in sync: looks where watchers and the server say that something happened, at everything from time to time
 * and after every interruption, and carries out what is to be done. Rounds run one after the other; whatever happens during
 * one is looked at in the next.
 */
export class ContinuousSync {
  readonly #options: ContinuousSyncOptions;
  readonly #states = new Listeners<SyncState>();
  readonly #applied = new Listeners<AppliedOperation>();
  readonly #settled = new Listeners<Settled>();
  readonly #progress = new Listeners<SyncProgress>();
  #looks: Looks = LOOK_AT_NOTHING;
  #state: SyncState = { kind: 'syncing' };
  #facts: Pick<StateFacts, 'brake' | 'error' | 'conflicts' | 'problems'> = {
    brake: null,
    error: null,
    conflicts: 0,
    problems: 0,
  };
  #isWorking = true;
  #isPaused = false;
  #isClosed = false;
  #round: Promise<void> | null = null;
  #abort = new AbortController();
  #timer: Disposable | null = null;
  #monitor: Disposable | null = null;
  #watches: Disposable[] = [];
  #localWatch: Disposable | null = null;
  /** The folder that the watch was begun on. */
  #watchedRoot: string | undefined;
  #hintedAt = 0;
  #settlingSince: number | null = null;
  #heldBackSince: number | null = null;
  #againMs = AGAIN_MS;
  #staleRounds = 0;
  #restless: readonly Problem[] = [];
  #failuresForgottenAt = 0;
  /** Something was done, or other conflicts or problems are left, or nothing was looked at yet, since nothing was pending last. */
  #isUntold = true;
  /** What the last plan left to a person, as text. */
  #left = '';

  constructor(options: ContinuousSyncOptions) {
    this.#options = options;
  }

  get state(): SyncState {
    return this.#state;
  }

  /** What is tried again and again in vain. */
  get restless(): readonly Problem[] {
    return this.#restless;
  }

  onDidChangeState(listener: (state: SyncState) => void): Disposable {
    return this.#states.add(listener);
  }

  onApplied(listener: (applied: AppliedOperation) => void): Disposable {
    return this.#applied.add(listener);
  }

  /** Called when nothing is pending any more: after something was, and when other conflicts or problems are left than before. */
  onSettled(listener: (settled: Settled) => void): Disposable {
    return this.#settled.add(listener);
  }

  /** How far what is being carried out is: after every operation and every piece of a content. */
  onProgress(listener: (now: SyncProgress) => void): Disposable {
    return this.#progress.add(listener);
  }

  /** Begins with a look at everything; resolves when watching has begun. */
  async start(): Promise<void> {
    this.#watches.push(await this.#options.remote.watch((hint) => this.#hint({ local: 'nothing', remote: hint })));
    await this.#watchLocal();
    this.#want(LOOK_AT_ALL);
  }

  /** The paths may have changed. */
  hint(paths: ReadonlySet<string>): void {
    this.#hint({ local: paths, remote: 'nothing' });
  }

  /** To be called with what was done outside a round. */
  tell(applied: AppliedOperation): void {
    this.#isUntold = true;
    if (APPLIED.hasSubscribers) APPLIED.publish(applied);
    this.#applied.emit(applied);
  }

  /** To be called when the connection came or went, and after rounds of others. */
  refresh(facts?: Plan): void {
    if (facts) this.#learn(facts, facts.brake);
    this.#update();
  }

  /** Stops what is under way; nothing is lost. */
  pause(): void {
    this.#isPaused = true;
    this.#abort.abort(new SynclineError('Cancelled'));
    this.#update();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#abort = new AbortController();
    this.#want(LOOK_AT_ALL);
    this.#update();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#abort.abort(new SynclineError('Cancelled'));
    for (const each of [this.#timer, this.#monitor, this.#localWatch, ...this.#watches]) each?.dispose();
    await this.#round?.catch(() => {});
  }

  #hint(looks: Looks): void {
    if (looks.local !== 'nothing') this.#hintedAt = this.#options.clock.uptime();
    this.#want(looks);
  }

  #want(looks: Looks, afterMs = 0): void {
    const { local, remote } = this.#looks;
    this.#looks = { local: mergeLooks(local, looks.local), remote: mergeLooks(remote, looks.remote) };
    this.#schedule(afterMs);
  }

  #schedule(afterMs: number): void {
    if (this.#isClosed || this.#isPaused || this.#round) return;
    if (afterMs === 0) {
      this.#timer?.dispose();
      this.#timer = null;
      this.#begin();
    } else {
      this.#timer ??= this.#options.clock.after(afterMs, () => {
        this.#timer = null;
        this.#begin();
      });
    }
  }

  #begin(): void {
    if (this.#isClosed || this.#isPaused || this.#round || isNothing(this.#looks)) return;
    this.#round = this.#options.exclusive
      .run(() => this.#runRound())
      .then(
        (afterMs) => this.#end(afterMs),
        (error: unknown) => this.#end(this.#fail(error)),
      );
  }

  #end(afterMs: number): void {
    this.#round = null;
    this.#isWorking = false;
    this.#startMonitor();
    this.#update();
    if (!isNothing(this.#looks)) this.#schedule(afterMs);
  }

  /** Returns after how long the next round may begin, if there is anything to look at by then. */
  async #runRound(): Promise<number> {
    if (this.#isClosed || this.#isPaused) return 0;
    if (this.#mustWait()) return HELD_BACK_MS;
    const { cycle, clock } = this.#options;
    const looks = this.#looks;
    this.#looks = LOOK_AT_NOTHING;
    const begun = clock.uptime();
    let settling = false;
    let unsure: Looks = LOOK_AT_NOTHING;
    try {
      await this.#watchLocal();
      if (begun - this.#failuresForgottenAt > RETRY_FAILED_MS) {
        this.#failuresForgottenAt = begun;
        cycle.forgetFailures();
      }
      const result = await cycle.run({
        look: looks,
        signal: this.#abort.signal,
        onApplied: (applied) => {
          this.#againMs = AGAIN_MS;
          this.tell(applied);
        },
        onProgress: (now) => {
          // what breaks and goes on from there is not kept waiting
          if (now.phase !== 'looking' && now.bytesDone > PROVEN_BYTES) this.#againMs = AGAIN_MS;
          this.#progress.emit(now);
        },
        approve: (plan) => {
          settling = this.#mustSettle(plan);
          unsure = settling ? LOOK_AT_NOTHING : doubtful(plan, looks, this.#facts.brake !== null);
          if (settling || !isNothing(unsure)) return false;
          if (plan.brake === null && plan.toLocal.length + plan.toRemote.length > 0) {
            this.#isWorking = true;
            this.#update();
          }
          return true;
        },
      });
      this.#noticeRoot();
      if (settling || !isNothing(unsure)) {
        this.#putBack(looks);
        this.#putBack(unsure);
        return settling ? SETTLE_MS : 0;
      }
      return this.#finish(result);
    } catch (error) {
      this.#putBack(looks);
      throw error;
    }
  }

  #finish({ plan, stale, carriedOut }: CycleResult): number {
    this.#staleRounds = stale.length > 0 ? this.#staleRounds + 1 : 0;
    this.#restless = this.#staleRounds >= RESTLESS_AFTER ? restlessProblems(plan, stale) : [];
    this.#learn(plan, carriedOut ? null : plan.brake);
    if (stale.length > 0) {
      this.#putBack({ local: lookAtEach(stale), remote: lookAtEach(stale) });
      return this.#waitAgain();
    }
    this.#againMs = AGAIN_MS;
    if (isNothing(this.#looks) && this.#isUntold && carriedOut) {
      this.#isUntold = false;
      const { rev } = this.#options.remote;
      this.#settled.emit({ rev, conflicts: plan.conflicts.length, problems: plan.problems.length });
    }
    return 0;
  }

  #learn(plan: Plan, brake: Brake | null): void {
    const problems = [...plan.problems, ...this.#restless];
    const left = JSON.stringify([plan.conflicts, problems]);
    if (left !== this.#left) this.#isUntold = true;
    this.#left = left;
    this.#facts = { brake, error: null, conflicts: plan.conflicts.length, problems: problems.length };
  }

  #fail(error: unknown): number {
    const failure = SynclineError.from(error);
    this.#isUntold = true;
    if (this.#abort.signal.aborted) return 0;
    this.#options.log('roundFailed', { code: failure.code, message: failure.message });
    if (failure.code === 'RootUnavailable') this.#forgetLocalWatch();
    // a lost connection is a state of its own, and ends by itself; one that stands while nothing moves is not in sync
    const isConnection = CONNECTION.has(failure.code);
    const isLost = isConnection && !(STANDING_STILL.has(failure.code) && this.#options.remote.isOnline);
    this.#facts = { ...this.#facts, error: isLost ? null : failure };
    this.#putBack(LOOK_AT_ALL);
    return isConnection ? this.#waitAgain() : MONITOR_EVERY_MS;
  }

  /** Longer each time in a row that nothing was achieved: also a server that lets in and fails at once is not asked in a loop. */
  #waitAgain(): number {
    const afterMs = this.#againMs;
    this.#againMs = Math.min(afterMs * 2, MOST_AGAIN_MS);
    return afterMs;
  }

  #putBack(looks: Looks): void {
    const { local, remote } = this.#looks;
    this.#looks = { local: mergeLooks(looks.local, local), remote: mergeLooks(looks.remote, remote) };
  }

  /** Whether deletions should wait for what may come to explain them. */
  #mustSettle(plan: Plan): boolean {
    const now = this.#options.clock.uptime();
    const isQuiet = now - this.#hintedAt >= SETTLE_MS || !plan.toRemote.some(({ kind }) => kind === 'delete');
    this.#settlingSince = isQuiet ? null : (this.#settlingSince ?? now);
    return this.#settlingSince !== null && now - this.#settlingSince < MOST_SETTLE_MS;
  }

  #mustWait(): boolean {
    const { clock, isHeldBack } = this.#options;
    if (!isHeldBack()) {
      this.#heldBackSince = null;
      return false;
    }
    this.#heldBackSince ??= clock.uptime();
    return clock.uptime() - this.#heldBackSince < MOST_HELD_BACK_MS;
  }

  #startMonitor(): void {
    if (this.#isClosed || this.#monitor) return;
    const { clock, cycle } = this.#options;
    this.#monitor = clock.after(monitorInterval(cycle.planner.looksMs), () => {
      this.#monitor = null;
      this.#want(LOOK_AT_ALL);
    });
  }

  async #watchLocal(): Promise<void> {
    if (this.#localWatch || this.#isClosed || this.#options.watchesLocal === false) return;
    try {
      this.#localWatch = await this.#options.local.watch((hint) => this.#seen(hint));
      // what happened before the watch stood was seen by nobody
      this.#putBack({ local: 'everything', remote: 'nothing' });
      if (this.#isClosed) this.#forgetLocalWatch();
    } catch (error) {
      this.#options.log('watchFailed', { code: SynclineError.from(error).code });
    }
  }

  /** Files saved while a round is under way do not wait for its end, which may be an upload of minutes. */
  #seen(hint: Look): void {
    const { express, isHeldBack } = this.#options;
    const isSave = typeof hint !== 'string' && hint.size <= FEW_SAVES;
    if (express && isSave && this.#round && !this.#isPaused && !isHeldBack()) for (const path of hint) express(path);
    else this.#hint({ local: hint, remote: 'nothing' });
  }

  /** A watch on a folder that is no longer there tells nothing of the one in its place. */
  #noticeRoot(): void {
    const { rootIdentity } = this.#options.local;
    if (this.#watchedRoot !== undefined && this.#watchedRoot !== rootIdentity) {
      this.#forgetLocalWatch();
      this.#putBack({ local: 'everything', remote: 'nothing' });
    }
    this.#watchedRoot = rootIdentity;
  }

  #forgetLocalWatch(): void {
    this.#localWatch?.dispose();
    this.#localWatch = null;
  }

  #update(): void {
    const state = stateOf({
      ...this.#facts,
      isPaused: this.#isPaused,
      isOnline: this.#options.remote.isOnline,
      isWorking: this.#isWorking,
      rev: this.#options.remote.rev,
    });
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#states.emit(state);
  }
}

const CONNECTION: ReadonlySet<string> = new Set([
  'ConnectionLost',
  'ConnectionFailed',
  'DeadlineExceeded',
  'ServerStopping',
  'TransferStalled',
  'Cancelled',
]);

/** These come from a connection that has ended, too, but do not mean that it has. */
const STANDING_STILL: ReadonlySet<string> = new Set(['DeadlineExceeded', 'TransferStalled']);

const isNothing = ({ local, remote }: Looks): boolean => local === 'nothing' && remote === 'nothing';

/** What else has to be looked at before the plan's deletions, or its brake, may be believed. */
function doubtful({ toLocal, toRemote, brake }: Plan, { local, remote }: Looks, isStopped: boolean): Looks {
  if (brake && isStopped) return LOOK_AT_NOTHING;
  // what is about writing alone rests on no absence
  const doubted = brake?.kind === 'guarded' || brake?.kind === 'secrets' ? null : brake;
  const areMany = (operations: Plan['toLocal']): boolean =>
    operations.filter(({ kind }) => kind === 'delete').length > FEW_DELETIONS;
  const [fromLocal, fromRemote] = [doubted?.side === 'remote', doubted?.side === 'local'];
  return {
    local: local !== 'everything' && (fromLocal || areMany(toRemote)) ? 'everything' : 'nothing',
    remote: remote !== 'everything' && (fromRemote || areMany(toLocal)) ? 'everything' : 'nothing',
  };
}

const lookAtEach = (paths: readonly WirePath[]): Look => new Set<string>(paths);
