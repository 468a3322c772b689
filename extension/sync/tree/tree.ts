import { DIRECTORY, type Entry, type FileEntry, type LinkEntry, sameEntry } from '../../../server/protocol/entry.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../inSlices.ts';

/**
 * What one side holds, or held, as a value. Trees are never changed in place: an edit ({@link TreeEditor}) copies only the
 * folders on its way and shares the rest, so that "nothing changed below here" is one comparison of references. That is why
 * comparing the trees of a synced target of any size costs almost nothing.
 */
export interface Directory {
  readonly kind: 'directory';
  /** By name, in no particular order. */
  readonly children: ReadonlyMap<string, TreeNode>;
}

/** Files and links are their own nodes: wire entries as they are. */
export type Leaf = FileEntry | LinkEntry;
export type TreeNode = Leaf | Directory;

/** The root of a tree; it has no path and is always there. */
export type Tree = Directory;

export const EMPTY_TREE: Tree = Object.freeze({ kind: 'directory', children: new Map<string, TreeNode>() });

/** A node as the wire knows it; `null` for nothing. */
export function entryOf(node: TreeNode | undefined): Entry | null {
  if (node === undefined) return null;
  return node.kind === 'directory' ? DIRECTORY : node;
}

export function childrenOf(node: TreeNode | undefined): ReadonlyMap<string, TreeNode> {
  return node?.kind === 'directory' ? node.children : EMPTY_TREE.children;
}

/** What is at a path (undefined: the root itself). */
export function nodeAt(tree: Tree, path: WirePath | undefined): TreeNode | undefined {
  if (path === undefined) return tree;
  let node: TreeNode | undefined = tree;
  for (const name of path.split('/')) {
    if (node?.kind !== 'directory') return undefined;
    node = node.children.get(name);
  }
  return node;
}

/** The path of a child, for names that are already known to be legal. */
export const childPath = (parent: WirePath | undefined, name: string): WirePath =>
  (parent === undefined ? name : `${parent}/${name}`) as WirePath;

/** Equality of everything at and below two nodes. */
export function sameNode(a: TreeNode | undefined, b: TreeNode | undefined): boolean {
  if (a === b) return true;
  if (a?.kind !== 'directory' || b?.kind !== 'directory') {
    if (a?.kind === 'directory' || b?.kind === 'directory') return false;
    return sameEntry(a, b);
  }
  if (a.children.size !== b.children.size) return false;
  for (const [name, child] of a.children) {
    const other = b.children.get(name);
    if (other === undefined || !sameNode(child, other)) return false;
  }
  return true;
}

/** Whether two folders list the same: the same files and links, and folders of the same names, whatever is in those. */
export function sameList(a: ReadonlyMap<string, TreeNode>, b: ReadonlyMap<string, TreeNode>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, node] of a) if (!sameEntry(node, b.get(name))) return false;
  return true;
}

/** `tree` as it is, but with `like`'s nodes wherever the two are equal, so that comparing them later costs next to nothing. */
export function shareNodes(tree: Directory, like: Directory): Directory {
  return atOnce(shareNodesInSteps(tree, like));
}

export function* shareNodesInSteps(tree: Directory, like: Directory): Steps<Directory> {
  if (tree === like) return tree;
  yield;
  let [same, changed] = [tree.children.size === like.children.size, false];
  const nodes: TreeNode[] = [];
  for (const [name, child] of tree.children) {
    const other = like.children.get(name);
    const shared = other === undefined ? child : yield* shareNode(child, other);
    if (nodes.push(shared) % STEP === 0) yield;
    same &&= shared === other;
    changed ||= shared !== child;
  }
  if (same) return like;
  if (!changed) return tree;
  const children = new Map<string, TreeNode>();
  let index = 0;
  for (const name of tree.children.keys()) children.set(name, nodes[index++] as TreeNode);
  return { kind: 'directory', children };
}

function* shareNode(node: TreeNode, like: TreeNode): Steps<TreeNode> {
  if (node.kind === 'directory' && like.kind === 'directory') return yield* shareNodesInSteps(node, like);
  return sameNode(node, like) ? like : node;
}

/** Everything below `node` in path order, folders before what is in them. */
export function* entriesOf(node: TreeNode | undefined, at?: WirePath): Generator<readonly [WirePath, TreeNode]> {
  const children = childrenOf(node);
  for (const name of [...children.keys()].sort()) {
    const child = children.get(name) as TreeNode;
    const path = childPath(at, name);
    yield [path, child];
    if (child.kind === 'directory') yield* entriesOf(child, path);
  }
}

/** Where a tree holds each of these contents; one place for each that it holds. */
export function placesOf(tree: Tree, contents: ReadonlySet<string>): Map<string, WirePath> {
  const places = new Map<string, WirePath>();
  const search = (directory: Directory, at: WirePath | undefined): void => {
    for (const [name, node] of directory.children) {
      if (node.kind === 'directory') search(node, childPath(at, name));
      else if (node.kind === 'file' && contents.has(node.content)) places.set(node.content, childPath(at, name));
    }
  };
  search(tree, undefined);
  return places;
}

export interface TreeCount {
  readonly files: number;
  readonly links: number;
  readonly directories: number;
  /** Bytes of all files together. */
  readonly bytes: number;
}

/** What is below a folder; folders that several trees share are counted once for all of them. */
export function countTree(tree: Directory): TreeCount {
  return atOnce(countTreeInSteps(tree));
}

export function* countTreeInSteps(tree: Directory): Steps<TreeCount> {
  const known = COUNTS.get(tree);
  if (known) return known;
  yield;
  let [files, links, directories, bytes] = [0, 0, 0, 0];
  for (const child of tree.children.values()) {
    if ((files + links) % STEP === STEP - 1) yield;
    if (child.kind === 'link') links++;
    else if (child.kind === 'file') {
      files++;
      bytes += child.size;
    } else {
      const below = yield* countTreeInSteps(child);
      files += below.files;
      links += below.links;
      directories += below.directories + 1;
      bytes += below.bytes;
    }
  }
  const count = { files, links, directories, bytes };
  COUNTS.set(tree, count);
  return count;
}

const COUNTS = new WeakMap<Directory, TreeCount>();

/** Files, links and folders below a folder. */
export function entryCount(tree: Directory): number {
  const { files, links, directories } = countTree(tree);
  return files + links + directories;
}
