import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { atOnce } from '../inSlices.ts';
import { shareNodes, type Tree } from '../tree/tree.ts';
import { agreedBase } from './agreement.ts';
import type { Conflict, Resolution } from './conflict.ts';
import { Differences } from './differences.ts';
import { type FollowedMoves, followMoves } from './followMoves.ts';
import type { Mode } from './mode.ts';
import { byPath, orderOperations } from './orderOperations.ts';

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

/** {@link reconcile} with pauses, in which the caller may do something else: with a large tree every step takes its time. */
export function* reconcileInSteps(sides: Sides, options: ReconcileOptions): Generator<void, Reconciliation> {
  const { mode, blocked = new Set<string>(), resolve } = options;
  const { base } = sides;
  const local = shareNodes(sides.local, base);
  yield;
  const remote = shareNodes(shareNodes(sides.remote, base), local);
  yield;
  const agreed = agreedBase(base, local, remote, blocked);
  yield;
  const there = mode === 'pull' ? nothing(agreed, remote) : followMoves(agreed, local, remote, blocked);
  yield;
  const oneWay = mode === 'push' || mode === 'mirror';
  const here = oneWay ? nothing(there.base, local) : followMoves(there.base, there.destination, local, blocked);
  yield;
  const differences = new Differences(mode, blocked, resolve);
  differences.compare(here.base, here.destination, there.destination);
  yield;
  const toLocal = orderOperations(here.operations, differences.toLocal);
  yield;
  const toRemote = orderOperations(there.operations, differences.toRemote);
  yield;
  return {
    toLocal,
    toRemote,
    conflicts: differences.conflicts.sort(byPath),
    problems: differences.problems.sort(byPath),
    agreed,
  };
}

const nothing = (base: Tree, destination: Tree): FollowedMoves => ({ operations: [], base, destination });
