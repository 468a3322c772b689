import type { WirePath } from '../../server/protocol/wirePath.ts';
import { sameEntry } from '../../server/protocol/entry.ts';
import { atOnce, STEP, type Steps } from './inSlices.ts';
import { childPath, childrenOf, entryOf, shareNodesInSteps, type Tree, type TreeNode } from './tree/tree.ts';

/** How one path differs between the two sides. What lies below a folder that one side lacks is on the other side alone, too. */
export type SideDifference = 'different' | 'onlyHere' | 'onlyThere';

type Differences = Map<WirePath, SideDifference>;

/** Paths where the sides differ, the topmost of those that one side lacks; folders that both have are never among them. */
export function compareSides(local: Tree, remote: Tree): Differences {
  const found: Differences = new Map();
  atOnce(compare(local, remote, undefined, found));
  return found;
}

/** {@link compareSides}; `base`: what the two have in common as a rule. */
export function* compareInSteps(base: Tree, local: Tree, remote: Tree): Steps<Differences> {
  const here = yield* shareNodesInSteps(local, base);
  const there = yield* shareNodesInSteps(remote, here);
  const found: Differences = new Map();
  yield* compare(here, there, undefined, found);
  return found;
}

function* compare(local: TreeNode, remote: TreeNode, at: WirePath | undefined, found: Differences): Steps<void> {
  if (local === remote) return;
  yield;
  const [here, there] = [childrenOf(local), childrenOf(remote)];
  let names = 0;
  for (const [name, mine] of here) {
    if (++names % STEP === 0) yield;
    const path = childPath(at, name);
    const theirs = there.get(name);
    if (!theirs) found.set(path, 'onlyHere');
    else if (!sameEntry(entryOf(mine), entryOf(theirs))) found.set(path, 'different');
    else if (mine.kind === 'directory') yield* compare(mine, theirs, path, found);
  }
  for (const name of there.keys()) {
    if (++names % STEP === 0) yield;
    if (!here.has(name)) found.set(childPath(at, name), 'onlyThere');
  }
}
