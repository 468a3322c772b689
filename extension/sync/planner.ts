import { contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { Clock } from '../connect/clock.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import type { EarlyContents, Look, Picture, WantedContent } from './endpoint.ts';
import { type IgnoreRules, isIgnoreFile } from './ignore/ignoreRules.ts';
import { type Filtered, TreeFilter } from './ignore/treeFilter.ts';
import { pathsOf, pathsOfAll, type Plan } from './plan.ts';
import type { Brake } from './reconcile/brakes.ts';
import type { Conflict, Resolution } from './reconcile/conflict.ts';
import type { Mode } from './reconcile/mode.ts';
import { type Reconciliation, reconcileInSteps, type Sides } from './reconcile/reconcile.ts';
import { filterInSteps, inSlices, STEP, type Steps } from './inSlices.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import type { Tree } from './tree/tree.ts';

/** How often ignore files that are about to change may change what is ignored, until it is taken as it is. */
const MOST_ROUNDS = 5;
/** Longer ignore files are not looked at, here as on disk. */
const MOST_BYTES = 1024 * 1024;

export interface PlanRequest {
  readonly base: Tree;
  readonly look: { readonly local: Look; readonly remote: Look };
  readonly resolve?: ((conflict: Conflict) => Resolution | undefined) | undefined;
  /** Operations that were tried and cannot be done, with the reason: they are not planned again. */
  readonly failed: (operation: Operation) => Problem | undefined;
  /** Changes what the local side is taken to hold. */
  readonly amend?: ((local: Tree) => Tree) | undefined;
  /** Whether a person has to confirm what is to be done. */
  readonly brake: (plan: Pick<Plan, 'toLocal' | 'toRemote'>, sides: Sides) => Steps<Brake | null>;
  /** What is found may be sent while the look goes on, if the server is as it was. */
  readonly isToBeSent?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLook?: ((entries: number) => void) | undefined;
}

/** A plan together with what it was made from. */
export interface PlannedSync {
  readonly plan: Plan;
  readonly agreed: Tree;
  /** What was seen here. */
  readonly local: Tree;
  readonly blocked: ReadonlySet<string>;
  /** Paths that are changed on both sides. */
  readonly shared: ReadonlySet<WirePath>;
  /** Local renames that the server has not carried out, also those that failed and are not planned again. */
  readonly renames: readonly Rename[];
}

export interface PlannerOptions {
  readonly local: LocalSide;
  readonly remote: RemoteSide;
  readonly mode: Mode;
  readonly clock: Pick<Clock, 'uptime'>;
}

/** Looks at both sides and decides what is to be done. Touches nothing. */
export class Planner {
  readonly #local: LocalSide;
  readonly #remote: RemoteSide;
  readonly #mode: Mode;
  readonly #clock: Pick<Clock, 'uptime'>;
  #filter: { readonly rules: IgnoreRules; readonly filter: TreeFilter } | undefined;
  /** Ignore files that the server has otherwise, as they will be when the plan is carried out. */
  #coming: ReadonlyMap<string, string | null> | undefined;
  #comingKey = '';

  /** How long the last two looks at all of the local folder took, the newest first. Milliseconds. */
  looksMs: readonly number[] = [];

  constructor({ local, remote, mode, clock }: PlannerOptions) {
    this.#local = local;
    this.#remote = remote;
    this.#mode = mode;
    this.#clock = clock;
  }

  /** What takes part in syncing of a tree of the server; `local` is what the last look saw here. */
  filter(remote: Tree, base: Tree, local?: Tree): Steps<Filtered> {
    const { rules } = this.#local;
    if (this.#filter?.rules !== rules) this.#filter = { rules, filter: new TreeFilter(rules) };
    return this.#filter.filter.filterInSteps(remote, base, local);
  }

  /** The pictures as they are, without a look. */
  async current(base: Tree): Promise<{ local: Tree; remote: Tree }> {
    const local = await this.#local.scan({ look: 'nothing', base, ignoreFiles: this.#coming });
    const remote = await this.#remote.scan({ look: 'nothing', base });
    const { tree } = await inSlices(this.filter(remote.tree, base, local.tree));
    return { local: local.tree, remote: tree };
  }

  async plan(request: PlanRequest): Promise<PlannedSync> {
    let pictures = await this.#look(request);
    for (let round = 0; ; round++) {
      const found = await inSlices(this.#decide(request, pictures), request.signal);
      if (round < MOST_ROUNDS && (await this.#takeComing(found.result.toLocal, request.signal))) {
        const again = await this.#scanLocal({ ...request, look: { local: 'nothing', remote: 'nothing' } });
        pictures = { ...pictures, local: again };
        continue;
      }
      return await inSlices(this.#planOf(request, pictures, found), request.signal);
    }
  }

  /** From the pictures and the base of the request alone. */
  *#decide({ base, amend, resolve }: PlanRequest, { local, remote }: Pictures): Steps<Decided> {
    const filtered = yield* this.filter(remote.tree, base, local.tree);
    const problems = [...local.problems, ...filtered.problems];
    const blocked = new Set(problems.map(({ path }) => path.normalize('NFC')));
    const sides = { base, local: amend?.(local.tree) ?? local.tree, remote: filtered.tree };
    const result = yield* reconcileInSteps(sides, { mode: this.#mode, blocked, ...(resolve && { resolve }) });
    return { sides, problems, blocked, result };
  }

  /** The brake comes last: what it asks besides must be as it is when the plan is there. */
  *#planOf(request: PlanRequest, pictures: Pictures, found: Decided): Steps<PlannedSync> {
    const { sides, blocked, result } = found;
    const plan = yield* withoutFailed(result, found.problems, request.failed);
    const shared = yield* pathsInBoth(plan.toLocal, plan.toRemote);
    const renames = yield* filterInSteps(result.toRemote, ({ kind }) => kind === 'rename');
    const brake = yield* request.brake(plan, sides);
    return {
      plan: { ...plan, brake, isFirst: sides.base.children.size === 0 },
      agreed: result.agreed,
      local: pictures.local.tree,
      blocked,
      shared,
      renames: renames as Rename[],
    };
  }

  async #look(request: PlanRequest): Promise<Pictures> {
    const { base, look, signal } = request;
    const early = request.isToBeSent ? this.#remote.takeEarly?.(base, signal) : undefined;
    const remotely = this.#remote.scan({ look: look.remote, base, signal });
    // what the server has otherwise may bring ignore files that come to apply here
    remotely.then(
      ({ tree }) => early?.decide(tree === base),
      () => early?.decide(false),
    );
    const [local, remote] = await Promise.allSettled([this.#scanLocal(request, early), remotely]);
    if (local.status === 'rejected') throw SynclineError.from(local.reason);
    if (remote.status === 'rejected') throw SynclineError.from(remote.reason);
    return { local: local.value, remote: remote.value };
  }

  async #scanLocal({ base, look, signal, onLook }: PlanRequest, early?: EarlyContents): Promise<Picture> {
    const begun = this.#clock.uptime();
    const request = { look: look.local, base, ignoreFiles: this.#coming, early, signal, onProgress: onLook };
    const picture = await this.#local.scan(request);
    if (look.local === 'everything') this.looksMs = [this.#clock.uptime() - begun, ...this.looksMs].slice(0, 2);
    return picture;
  }

  /** Learns how ignore files will be after these operations; false when that is how they were taken to be already. */
  async #takeComing(toLocal: readonly Operation[], signal: AbortSignal | undefined): Promise<boolean> {
    const operations = toLocal.filter(isIgnoreFileChange);
    const key = JSON.stringify(operations);
    if (key === this.#comingKey || (operations.length === 0 && this.#comingKey === '')) return false;
    this.#coming = operations.length === 0 ? undefined : await this.#readComing(operations, signal);
    this.#comingKey = operations.length === 0 ? '' : key;
    return true;
  }

  async #readComing(
    operations: readonly IgnoreFileChange[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string | null>> {
    const wanted: WantedContent[] = [];
    for (const operation of operations) {
      if (operation.kind !== 'put' || operation.entry.kind !== 'file' || operation.entry.size > MOST_BYTES) continue;
      const { content, size } = operation.entry;
      wanted.push({ path: operation.path, content, size });
    }
    const texts = new Map<string, string>();
    const source = this.#remote.read();
    try {
      if (wanted.length > 0) await source.send(wanted.filter(isFirstOfContent), textSink(texts), { signal });
    } finally {
      source.close();
    }
    const coming = new Map<string, string | null>(operations.map(({ path }) => [path, null]));
    for (const { path, content } of wanted)
      coming.set(path, texts.get(content) ?? (content === EMPTY_CONTENT ? '' : null));
    return coming;
  }
}

interface Pictures {
  readonly local: Picture;
  readonly remote: Picture;
}

interface Decided {
  readonly sides: Sides;
  readonly problems: readonly Problem[];
  readonly blocked: ReadonlySet<string>;
  readonly result: Reconciliation;
}

export type Rename = Extract<Operation, { kind: 'rename' }>;

type IgnoreFileChange = Extract<Operation, { kind: 'put' | 'delete' }>;

const isIgnoreFileChange = (operation: Operation): operation is IgnoreFileChange =>
  (operation.kind === 'put' || operation.kind === 'delete') && isIgnoreFile(operation.path);

const isFirstOfContent = ({ content, size }: WantedContent, index: number, all: readonly WantedContent[]): boolean =>
  size > 0 && all.findIndex((other) => other.content === content) === index;

function textSink(texts: Map<string, string>): ContentSink {
  return {
    open({ content }) {
      const pieces: Buffer[] = [];
      return Promise.resolve({
        write: (bytes) => Promise.resolve(void pieces.push(Buffer.from(bytes))),
        finish() {
          const bytes = Buffer.concat(pieces);
          if (contentIdOf(bytes) !== content) return Promise.reject(new SynclineError('ContentMismatch'));
          texts.set(content, bytes.toString());
          return Promise.resolve();
        },
        abort: () => Promise.resolve(),
      });
    },
  };
}

function* pathsInBoth(a: readonly Operation[], b: readonly Operation[]): Steps<Set<WirePath>> {
  const both = new Set<WirePath>();
  if (a.length === 0 || b.length === 0) return both;
  const paths = yield* pathsOfAll(a);
  for (const [index, operation] of b.entries()) {
    if (index % STEP === STEP - 1) yield;
    for (const path of pathsOf(operation)) if (paths.has(path)) both.add(path);
  }
  return both;
}

function* withoutFailed(
  result: Reconciliation,
  found: readonly Problem[],
  failed: PlanRequest['failed'],
): Steps<Omit<Plan, 'brake' | 'isFirst'>> {
  const problems = new Map(found.map((problem) => [problem.path, problem]));
  for (const problem of result.problems) problems.set(problem.path, problem);
  const keep = (operation: Operation): boolean => {
    const problem = failed(operation);
    if (problem && !problems.has(problem.path)) problems.set(problem.path, problem);
    return problem === undefined;
  };
  return {
    toLocal: yield* filterInSteps(result.toLocal, keep),
    toRemote: yield* filterInSteps(result.toRemote, keep),
    conflicts: result.conflicts,
    problems: [...problems.values()],
  };
}
