import type { WirePath } from '../../server/protocol/wirePath.ts';
import { sameEntry } from '../../server/protocol/entry.ts';
import { childPath, childrenOf, entryOf, type Tree, type TreeNode } from './tree/tree.ts';

/** How one path differs between the two sides. What lies below a folder that one side lacks is on the other side alone, too. */
export type SideDifference = 'different' | 'onlyHere' | 'onlyThere';

/** Paths where the sides differ, the topmost of those that one side lacks; folders that both have are never among them. */
export function compareSides(local: Tree, remote: Tree): Map<WirePath, SideDifference> {
  const found = new Map<WirePath, SideDifference>();
  compare(local, remote, undefined, found);
  return found;
}

function compare(
  local: TreeNode,
  remote: TreeNode,
  at: WirePath | undefined,
  found: Map<WirePath, SideDifference>,
): void {
  if (local === remote) return;
  const [here, there] = [childrenOf(local), childrenOf(remote)];
  for (const [name, mine] of here) {
    const path = childPath(at, name);
    const theirs = there.get(name);
    if (!theirs) found.set(path, 'onlyHere');
    else if (!sameEntry(entryOf(mine), entryOf(theirs))) found.set(path, 'different');
    else compare(mine, theirs, path, found);
  }
  for (const name of there.keys()) if (!here.has(name)) found.set(childPath(at, name), 'onlyThere');
}
