import { childrenOf, type Directory, type Tree, type TreeNode } from '../tree/tree.ts';

/**
 * On the way from one tree to another: a tree in which folders whose lists have about so many entries in all are as in `to`, and the
 * others as in `from`. Applied again and again to what it returned it arrives at `to`, which it returns itself in the end. `entries`: at least one.
 */
export function nextPiece(from: Tree, to: Tree, entries: number): Tree {
  return new Way(entries).piece(from, to);
}

class Way {
  #left: number;

  constructor(entries: number) {
    this.#left = entries;
  }

  piece(from: TreeNode | undefined, to: Directory): Directory {
    if (from === to) return to;
    const old = childrenOf(from);
    const children = new Map<string, TreeNode>();
    let isWhole = true;
    for (const [name, node] of to.children) {
      const before = old.get(name);
      const taken = node.kind !== 'directory' || before === node ? node : this.#folder(before, node);
      if (taken) children.set(name, taken);
      isWhole &&= taken === node;
    }
    // not before: the first folder that differs is always finished
    this.#left -= to.children.size;
    return isWhole ? to : { kind: 'directory', children };
  }

  #folder(from: TreeNode | undefined, to: Directory): TreeNode | undefined {
    return this.#left > 0 ? this.piece(from, to) : from;
  }
}
