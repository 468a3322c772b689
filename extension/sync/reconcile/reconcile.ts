import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { atOnce, sortInSteps, type Steps } from '../inSlices.ts';
import { shareNodesInSteps, type Tree } from '../tree/tree.ts';
import { agreedBaseInSteps } from './agreement.ts';
import type { Conflict, Resolution } from './conflict.ts';
import { Differences } from './differences.ts';
import { type FollowedMoves, followMoves } from './followMoves.ts';
import type { Mode } from './mode.ts';
import { byPath, orderOperationsInSteps } from './orderOperations.ts';

export interface Sides {
  readonly base: Tree;
  readonly local: Tree;
  readonly remote: Tree;
}

export interface ReconcileOptions {
  readonly mode: Mode;
  /**
   * Paths that cannot be synced on one side. Nothing is done to them, nor to what lies below, on either side; they are in
   * neither tree of the side that has the problem, which must not look like a deletion.
   */
  readonly blocked?: ReadonlySet<string>;
  /** What a person decided about a conflict, if they did. */
  readonly resolve?: (conflict: Conflict) => Resolution | undefined;
}

/** What is to be done so that the sides agree as far as the mode wants them to. */
export interface Reconciliation {
  /** In the order in which they are to be carried out, each expecting what `local` and `remote` hold. */
  readonly toLocal: readonly Operation[];
  readonly toRemote: readonly Operation[];
  readonly conflicts: readonly Conflict[];
  /** Names that collide between the two sides. */
  readonly problems: readonly Problem[];
  /** The base brought up to date with what both sides already hold, before any operation. */
  readonly agreed: Tree;
}

/**
 * Decides, from three trees alone, what makes the two sides agree. Pure: the same trees give the same answer, and nothing
 * is touched. The rules are in {@link decide}; moves are found first ({@link followMoves}).
 *
 * Carrying out any part of the operations, in any interleaving of the two lists, and reconciling again what is there then,
 * never loses a content in `two-way` mode and arrives at the same end.
 */
export function reconcile(sides: Sides, options: ReconcileOptions): Reconciliation {
  return atOnce(reconcileInSteps(sides, options));
}

export function* reconcileInSteps(sides: Sides, options: ReconcileOptions): Steps<Reconciliation> {
  const { mode, blocked = new Set<string>(), resolve } = options;
  const { base } = sides;
  const local = yield* shareNodesInSteps(sides.local, base);
  const remote = yield* shareNodesInSteps(yield* shareNodesInSteps(sides.remote, base), local);
  const agreed = yield* agreedBaseInSteps(base, local, remote, blocked);
  const there = mode === 'pull' ? nothing(agreed, remote) : yield* followMoves(agreed, local, remote, blocked);
  const oneWay = mode === 'push' || mode === 'mirror';
  const here = oneWay ? nothing(there.base, local) : yield* followMoves(there.base, there.destination, local, blocked);
  const differences = new Differences(mode, blocked, resolve);
  yield* differences.compare(here.base, here.destination, there.destination);
  const toLocal = yield* orderOperationsInSteps(here.operations, differences.toLocal);
  const toRemote = yield* orderOperationsInSteps(there.operations, differences.toRemote);
  const conflicts = yield* sortInSteps(differences.conflicts, byPath);
  const problems = yield* sortInSteps(differences.problems, byPath);
  return { toLocal, toRemote, conflicts, problems, agreed };
}

const nothing = (base: Tree, destination: Tree): FollowedMoves => ({ operations: [], base, destination });
