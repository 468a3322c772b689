import type { Operation } from '../../../server/protocol/messages/files.ts';
import { entryCount, type Tree } from '../tree/tree.ts';
import type { Side } from './differences.ts';
import type { Reconciliation, Sides } from './reconcile.ts';

/**
 * Why a plan is not carried out before a person has confirmed it. `side` is where it would delete.
 *
 * - `emptied`: one side suddenly holds nothing at all (an unmounted disk, a wrong folder), and the other would be emptied.
 * - `manyDeletions`: more than half of a tree that is not small would go.
 */
export interface Brake {
  readonly kind: 'emptied' | 'manyDeletions';
  readonly side: Side;
  readonly deletions: number;
  /** Entries there are on that side. */
  readonly of: number;
  readonly message: string;
}

/** Smaller trees are deleted without asking, unless they are emptied as a whole. */
export const SMALLEST_BRAKED_TREE = 20;

/** Pure. Renames are no deletions, whatever their size. */
export function brakeOf(plan: Pick<Reconciliation, 'toLocal' | 'toRemote'>, sides: Sides): Brake | null {
  return brakeOn('remote', plan.toRemote, sides) ?? brakeOn('local', plan.toLocal, sides);
}

function brakeOn(side: Side, operations: readonly Operation[], { base, local, remote }: Sides): Brake | null {
  const deletions = operations.filter(({ kind }) => kind === 'delete').length;
  if (deletions === 0) return null;
  const [tree, otherTree]: [Tree, Tree] = side === 'remote' ? [remote, local] : [local, remote];
  const of = entryCount(tree);
  const [here, there] =
    side === 'remote' ? ['on the server', 'local folder'] : ['in the local folder', "server's folder"];
  if (otherTree.children.size === 0 && (base.children.size > 1 || of >= SMALLEST_BRAKED_TREE)) {
    const message = `The ${there} is empty now; this would delete ${count(deletions)} ${here}. Nothing was changed.`;
    return { kind: 'emptied', side, deletions, of, message };
  }
  if (of >= SMALLEST_BRAKED_TREE && deletions * 2 > of) {
    const message = `This would delete ${count(deletions)} of ${of} ${here}. Nothing was changed.`;
    return { kind: 'manyDeletions', side, deletions, of, message };
  }
  return null;
}

const count = (n: number): string => (n === 1 ? '1 entry' : `${n} entries`);
