import type { Reconciliation } from '../../extension/sync/reconcile/reconcile.ts';
import type { TreeNode } from '../../extension/sync/tree/tree.ts';
import { showOperation } from './carryOut.ts';
import { showLeaf } from './treeNotation.ts';

/** Operations in their order, `<` to local and `>` to remote; `!` a conflict with base, mine and theirs; `?` a problem. */
export function showPlan({ toLocal, toRemote, conflicts, problems }: Reconciliation): string[] {
  const entry = (node: unknown): string => (node ? showLeaf(node as TreeNode) : ' null');
  return [
    ...toLocal.map((operation) => `< ${showOperation(operation, entry)}`),
    ...toRemote.map((operation) => `> ${showOperation(operation, entry)}`),
    ...conflicts.map(
      ({ path, base, mine, theirs }) => `! ${path} ${entry(base).trim()} ${entry(mine).trim()} ${entry(theirs).trim()}`,
    ),
    ...problems.map(({ path }) => `? ${path}`).sort(),
  ];
}
