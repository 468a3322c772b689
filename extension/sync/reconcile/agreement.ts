import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { childPath, childrenOf, EMPTY_TREE, sameNode, type Tree, type TreeNode } from '../tree/tree.ts';

/**
 * The base after a look at both sides: where they agree, what they agree on (also that there is nothing); elsewhere what the
 * base said before. Paths that are blocked keep their base, because what is really there is not known. Shares with the old
 * base whatever did not change, and is the old base itself when nothing did.
 */
export function agreedBase(base: Tree, local: Tree, remote: Tree, blocked: ReadonlySet<string> = NONE): Tree {
  const agreed = agree(undefined, base, local, remote, blocked);
  return agreed?.kind === 'directory' ? agreed : EMPTY_TREE;
}

const NONE: ReadonlySet<string> = new Set();

type Node = TreeNode | undefined;

function agree(path: WirePath | undefined, base: Node, local: Node, remote: Node, blocked: ReadonlySet<string>): Node {
  if (local === remote) return sameNode(base, local) ? base : local;
  const isLeaf = (node: Node): boolean => node !== undefined && node.kind !== 'directory';
  if (isLeaf(local) || isLeaf(remote)) return sameNode(local, remote) && !sameNode(base, local) ? local : base;
  // folders, or a folder and nothing, which is decided child by child
  const children = new Map<string, TreeNode>();
  const before = childrenOf(base);
  const [here, there] = [childrenOf(local), childrenOf(remote)];
  let same = base?.kind === 'directory';
  const take = (name: string): void => {
    const [old, mine, theirs] = [before.get(name), here.get(name), there.get(name)];
    if (mine !== undefined && mine === theirs && mine === old) return void children.set(name, old);
    const at = childPath(path, name);
    const now = blocked.has(at) ? old : agree(at, old, mine, theirs, blocked);
    if (now) children.set(name, now);
    if (now !== old) same = false;
  };
  for (const name of here.keys()) take(name);
  for (const name of there.keys()) if (!here.has(name)) take(name);
  for (const name of before.keys()) if (!here.has(name) && !there.has(name) && keeps(path, name, blocked)) take(name);
  if (same && children.size === before.size) return base;
  if (local && remote) return { kind: 'directory', children };
  return base?.kind === 'directory' ? { kind: 'directory', children } : undefined;
}

const keeps = (path: WirePath | undefined, name: string, blocked: ReadonlySet<string>): boolean =>
  blocked.size > 0 && blocked.has(childPath(path, name));
