import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Clock } from '../connect/clock.ts';
import type { BaseStore } from './base/baseStore.ts';
import type { Look } from './endpoint.ts';
import { sendSaved } from './sendSaved.ts';
import { using } from './using.ts';
import type { StatCache } from './local/statCache.ts';
import { type AppliedOperation, bytesOf, type Plan, type SyncProgress } from './plan.ts';
import { type PlannedSync, Planner } from './planner.ts';
import { agreedBase } from './reconcile/agreement.ts';
import type { Conflict, Resolution } from './reconcile/conflict.ts';
import type { Mode } from './reconcile/mode.ts';
import type { CommitJournal } from './remote/remoteEndpoint.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import type { Tree } from './tree/tree.ts';
import { TreeEditor } from './tree/treeEditor.ts';

export interface SyncCycleOptions {
  readonly local: LocalSide;
  readonly remote: RemoteSide;
  readonly store: BaseStore;
  readonly cache: StatCache;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly log: (event: string, data: object) => void;
}

export interface CycleRequest {
  readonly look: { readonly local: Look; readonly remote: Look };
  /** Carry the plan out even if a brake says to ask first. */
  readonly confirmed?: boolean | undefined;
  readonly resolve?: ((conflict: Conflict) => Resolution | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  readonly onApplied?: ((applied: AppliedOperation) => void) | undefined;
  /** Looks at the plan before it is carried out; false: not now. */
  readonly approve?: ((plan: Plan) => boolean) | undefined;
}

export interface CycleResult {
  readonly plan: Plan;
  readonly applied: readonly AppliedOperation[];
  /** Paths that turned out to be otherwise than planned; another look will tell. */
  readonly stale: readonly WirePath[];
  /** False: a brake or `approve` held the plan back. */
  readonly carriedOut: boolean;
}

/** What has been done is saved at least this often while a plan is carried out, milliseconds. */
const SAVE_EVERY_MS = 3_000;

/**
 * One round of syncing: look, plan, carry out, remember. Rounds run one at a time. Whatever happens in the middle of one,
 * both sides hold old or new contents path by path, and what was done is remembered or found out by the next round.
 */
export class SyncCycle {
  readonly planner: Planner;
  readonly #options: SyncCycleOptions;
  #base: Tree;
  #conflicts: readonly Conflict[];
  #problems: readonly Problem[] = [];
  #blocked: ReadonlySet<string> = new Set();
  /** Operations that cannot be done, and why. */
  readonly #failed = new Map<string, Problem>();
  /** Paths of the plan that is being carried out. */
  #busy: ReadonlySet<string> = new Set();
  /** Saves that are being sent. */
  readonly #expressed = new Map<WirePath, Promise<unknown>>();
  /** Commits whose answers are being waited for, and those that have been answered since the last save. */
  readonly #underWay = new Set<string>();
  #settled: string[] = [];
  /** What of a plan is done but not in the base yet. */
  #done: AppliedOperation[] = [];
  #savedAt = 0;
  #remembering: Promise<void> = Promise.resolve();

  constructor(options: SyncCycleOptions) {
    this.#options = options;
    this.planner = new Planner(options.local, options.remote, options.mode);
    this.#base = options.store.state.base;
    this.#conflicts = options.store.state.conflicts;
  }

  get base(): Tree {
    return this.#base;
  }

  /** As of the last look. */
  get conflicts(): readonly Conflict[] {
    return this.#conflicts;
  }

  /** As of the last look. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** The journal of the remote side: a commit stays in it until the state is saved that shows it. */
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

  /** Lets operations be tried again that could not be done. */
  forgetFailures(): void {
    this.#failed.clear();
  }

  /** @throws SynclineError and nothing else. */
  plan(request: CycleRequest): Promise<PlannedSync> {
    return codedErrors(request.signal, () => this.#plan(request));
  }

  /** @throws SynclineError what a side or the disk says; then another round may begin at once. */
  run(request: CycleRequest): Promise<CycleResult> {
    return codedErrors(request.signal, () => this.#run(request));
  }

  async #plan(request: CycleRequest): Promise<PlannedSync> {
    const { look, resolve, signal, onProgress } = request;
    await this.#settlePending(signal);
    await Promise.allSettled(this.#expressed.values());
    const planned = await this.planner.plan({
      base: this.#base,
      look,
      resolve,
      signal,
      failed: (operation) => this.#failed.get(keyOf(operation)),
      onLook: (entries) => onProgress?.({ phase: 'looking', entries }),
    });
    this.#blocked = planned.blocked;
    return planned;
  }

  async #run(request: CycleRequest): Promise<CycleResult> {
    const { plan, agreed } = await this.#plan(request);
    this.#base = agreed;
    this.#conflicts = sameConflicts(this.#conflicts, plan.conflicts) ? this.#conflicts : plan.conflicts;
    this.#problems = plan.problems;
    const mayGo = (plan.brake === null || request.confirmed === true) && (request.approve?.(plan) ?? true);
    if (!mayGo) {
      this.#save();
      return { plan, applied: [], stale: [], carriedOut: false };
    }
    const { local, remote } = this.#options;
    const applied: AppliedOperation[] = [];
    const stale: WirePath[] = [];
    // what is being sent as a save right now is looked at again when that is done
    const mayDo = (operation: Operation): boolean => {
      const isFree = !pathsOf(operation).some((path) => this.#expressed.has(path));
      if (!isFree) stale.push(...pathsOf(operation));
      return isFree;
    };
    const [toLocal, toRemote] = [plan.toLocal.filter(mayDo), plan.toRemote.filter(mayDo)];
    this.#busy = new Set([...toLocal, ...toRemote].flatMap(pathsOf));
    this.#savedAt = this.#options.clock.now();
    try {
      // local first: names under which the server fetches contents are those after the local renames
      await this.#carryOut('local', toLocal, request, applied, stale, (options) =>
        using(remote.read(), (source) => local.apply(toLocal, source, options)),
      );
      await this.#carryOut('remote', toRemote, request, applied, stale, (options) =>
        using(local.read(), (source) => remote.apply(toRemote, source, options)),
      );
    } finally {
      this.#busy = new Set();
      await this.#remember();
    }
    return { plan, applied, stale, carriedOut: true };
  }

  /**
   * The fast path of a save: sends one known file as it is on disk now, beside a round that may be under way. False when
   * there is more to it; then a round has to look at it.
   */
  async express(path: WirePath, onApplied: (applied: AppliedOperation) => void): Promise<boolean> {
    if (this.#busy.has(path) || this.#blocked.has(path) || this.#expressed.has(path)) return false;
    const { local, remote, mode } = this.#options;
    const sending = sendSaved(path, { local, remote, base: this.#base, mode });
    this.#expressed.set(path, sending);
    try {
      const sent = await sending;
      if (!sent) return false;
      if (sent === 'agrees') return true;
      const applied: AppliedOperation = { side: 'remote', operation: sent };
      this.#done.push(applied);
      await this.#remember();
      onApplied(applied);
      return true;
    } finally {
      this.#expressed.delete(path);
    }
  }

  /** Settles what was sent before a connection or a process ended: its outcome is what both sides last agreed on. */
  async #settlePending(signal: AbortSignal | undefined): Promise<void> {
    const { store, remote } = this.#options;
    const isOpen = (id: string): boolean => !this.#settled.includes(id) && !this.#underWay.has(id);
    const pending = store.pendingCommits().filter(({ id }) => isOpen(id));
    if (pending.length === 0) return;
    const done = await remote.resend(pending, signal);
    const editor = new TreeEditor(this.#base);
    for (const operation of done) agree(editor, operation);
    this.#base = editor.tree();
    this.#settled.push(...pending.map(({ id }) => id));
    this.#save();
  }

  async #carryOut(
    side: AppliedOperation['side'],
    operations: readonly Operation[],
    { signal, onProgress, onApplied }: CycleRequest,
    applied: AppliedOperation[],
    stale: WirePath[],
    apply: (options: Parameters<LocalSide['apply']>[2]) => Promise<void>,
  ): Promise<void> {
    if (operations.length === 0) return;
    const phase = side === 'local' ? 'downloading' : 'uploading';
    const [total, bytesTotal] = [operations.length, bytesOf(operations)];
    let [done, moved, settled] = [0, 0, 0];
    const tell = (): void =>
      onProgress?.({ phase, done, total, bytesDone: Math.min(bytesTotal, Math.max(moved, settled)), bytesTotal });
    tell();
    await apply({
      signal,
      onProgress: (bytes) => {
        moved += bytes;
        tell();
      },
      onOutcome: (operation, outcome) => {
        done++;
        settled += bytesOf([operation]);
        tell();
        if (outcome.kind === 'stale') return void stale.push(...pathsOf(operation));
        if (outcome.kind === 'problem') return void this.#failed.set(keyOf(operation), outcome.problem);
        applied.push({ side, operation });
        this.#done.push({ side, operation });
        onApplied?.({ side, operation });
        if (this.#options.clock.now() - this.#savedAt > SAVE_EVERY_MS) {
          this.#savedAt = this.#options.clock.now();
          // the final save reports what goes wrong
          this.#remember().catch(() => {});
        }
      },
    });
  }

  /** Takes what was done into the base, and saves. */
  #remember(): Promise<void> {
    this.#remembering = this.#remembering
      .catch(() => {})
      .then(async () => {
        await this.#learn();
        this.#save();
      });
    return this.#remembering;
  }

  /** First what moved or went, in the order of the plan; then what both sides are seen to agree on. */
  async #learn(): Promise<void> {
    const editor = new TreeEditor(this.#base);
    for (const side of ['remote', 'local'] as const) {
      for (const { side: at, operation } of this.#done) {
        if (at === side) agree(editor, operation);
      }
    }
    this.#done = [];
    this.#base = editor.tree();
    const { local, remote } = await this.planner.current(this.#base);
    this.#base = agreedBase(this.#base, local, remote, this.#blocked);
  }

  #save(): void {
    const { store, remote, cache } = this.#options;
    const { base, remote: known, conflicts } = store.state;
    const next = { base: this.#base, remote: remote.known, conflicts: this.#conflicts };
    const settled = this.#settled;
    const files = cache.takeChanges();
    const isSame = base === next.base && known === next.remote && conflicts === next.conflicts;
    if (isSame && settled.length === 0 && files.length === 0) return;
    store.save(next, files, settled);
    this.#settled = [];
  }
}

/** What the base becomes when both sides are as an operation left one of them. */
function agree(editor: TreeEditor, operation: Operation): void {
  if (operation.kind === 'put') editor.set(operation.path, operation.entry);
  else if (operation.kind === 'delete') editor.remove(operation.path);
  else if (operation.kind === 'rename') editor.rename(operation.from, operation.to);
}

const pathsOf = (operation: Operation): WirePath[] =>
  operation.kind === 'rename' ? [operation.from, operation.to] : [operation.path];

const keyOf = (operation: Operation): string => JSON.stringify(operation);

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

function sameConflicts(a: readonly Conflict[], b: readonly Conflict[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
