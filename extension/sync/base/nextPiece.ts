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
    const left: [name: string, as: TreeNode | undefined][] = [];
    for (const [name, node] of to.children) {
      if (node.kind !== 'directory' || old.get(name) === node) continue;
      const taken = this.#folder(old.get(name), node);
      if (taken !== node) left.push([name, taken]);
    }
    // not before: the first folder that differs is always finished
    this.#left -= to.children.size;
    if (left.length === 0) return to;
    const children = new Map(to.children);
    for (const [name, node] of left) {
      if (node) children.set(name, node);
      else children.delete(name);
    }
    return { kind: 'directory', children };
  }

  #folder(from: TreeNode | undefined, to: Directory): TreeNode | undefined {
    return this.#left > 0 ? this.piece(from, to) : from;
  }
}
