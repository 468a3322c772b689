import { isContentId } from '../../../server/protocol/contentId.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { Steps } from '../inSlices.ts';
import {
  childPath,
  childrenOf,
  type Directory,
  EMPTY_TREE,
  type Leaf,
  sameList,
  type Tree,
  type TreeNode,
} from '../tree/tree.ts';
import { StoredFolder } from '../tree/storedFolder.ts';

/**
 * Trees as rows, one for each folder, so that a change of a file rewrites one row and a tree of 100,000 files is read in some
 * tens of milliseconds. A row lists everything directly in its folder; '' is the root.
 */
export interface FolderRow {
  readonly path: string;
  readonly children: string;
  /** The row is surely as it was written: it need not be read before somebody asks what is in the folder. */
  readonly isIntact?: boolean;
}

/** What has to be written so that rows of one tree become those of another; `null` children: the row goes. */
export interface RowChange {
  readonly path: string;
  readonly children: string | null;
}

/** By name: `0` a folder, a text the target of a link, `[content, size, executable]` a file. */
type StoredChildren = Record<string, 0 | string | [content: string, size: number, executable: 0 | 1]>;

/** Changes of the rows of a tree. Costs as much as the trees differ. */
export function* treeChanges(before: Tree, after: Tree): Generator<RowChange> {
  yield* changesAt(undefined, before, after);
}

function* changesAt(
  path: WirePath | undefined,
  before: TreeNode | undefined,
  after: TreeNode | undefined,
): Generator<RowChange> {
  if (before === after) return;
  const [old, now] = [childrenOf(before), childrenOf(after)];
  if (!sameList(old, now)) yield { path: path ?? '', children: now.size > 0 ? encode(now) : null };
  yield* below(path, [old, now], ([from, to], at) => changesAt(at, from, to));
}

/** A tree and the one it is stored as a deviation from. */
export interface Deviation {
  readonly from: Tree;
  readonly tree: Tree;
}

/**
 * Changes of the rows of a deviation: it has rows only for folders that list something else than the tree it deviates from,
 * so two trees that agree take no more room than one.
 */
export function* deviationChanges(before: Deviation, after: Deviation): Generator<RowChange> {
  yield* deviationAt(undefined, before.from, before.tree, after.from, after.tree);
}

type Node = TreeNode | undefined;

function* deviationAt(
  path: WirePath | undefined,
  oldFrom: Node,
  oldTree: Node,
  from: Node,
  tree: Node,
): Generator<RowChange> {
  if (oldFrom === from && oldTree === tree) return;
  const lists = [oldFrom, oldTree, from, tree].map(childrenOf) as [Children, Children, Children, Children];
  const had = oldTree?.kind === 'directory' && !sameList(lists[0], lists[1]);
  const has = tree?.kind === 'directory' && !sameList(lists[2], lists[3]);
  if (has && !(had && sameList(lists[1], lists[3]))) yield { path: path ?? '', children: encode(lists[3]) };
  if (had && !has) yield { path: path ?? '', children: null };
  yield* below(path, lists, ([a, b, c, d], at) => deviationAt(at, a, b, c, d));
}

/** The tree of some rows. @throws Error when a row is not what was once written. */
export function* readTree(rows: Iterable<FolderRow>): Steps<StoredTree> {
  const folders = new Map<string, StoredFolder>();
  const folderAt = (path: string): StoredFolder => {
    let folder = folders.get(path);
    // nothing is written of a folder that is empty
    if (!folder)
      folders.set(
        path,
        (folder = new StoredFolder(
          () => EMPTY_TREE.children,
          () => undefined,
        )),
      );
    return folder;
  };
  const doubtful: StoredFolder[] = [];
  for (const { path, children, isIntact } of rows) {
    const prefix = path === '' ? '' : `${path}/`;
    const folderOf = (name: string): Directory => folderAt(prefix + name);
    const folder = new StoredFolder(() => decode(children, folderOf), folderOf);
    folders.set(path, folder);
    if (!isIntact) doubtful.push(folder);
  }
  for (const folder of doubtful) {
    void folder.children;
    yield;
  }
  return { tree: folders.get('') ?? EMPTY_TREE, folders };
}

/** A tree and its folders by path, '' being the root. */
export interface StoredTree {
  readonly tree: Tree;
  readonly folders: ReadonlyMap<string, Directory>;
}

/** The tree that deviates by some rows from another. */
export function* readDeviation(rows: Iterable<FolderRow>, from: Tree): Steps<Tree> {
  const byPath = new Map<string, string>();
  const holding = new Set<string>();
  for (const { path, children } of rows) {
    byPath.set(path, children);
    for (let at = path; !holding.has(at); at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) holding.add(at);
  }
  if (byPath.size === 0) return from;
  return yield* build(undefined, from);

  function* build(path: WirePath | undefined, like: Node): Steps<Directory> {
    if (like?.kind === 'directory' && !holding.has(path ?? '')) return like;
    yield;
    const row = byPath.get(path ?? '');
    const listed = row === undefined ? childrenOf(like) : decode(row);
    const children = new Map<string, TreeNode>();
    let same = row === undefined && like?.kind === 'directory';
    for (const [name, node] of listed) {
      const known = childrenOf(like).get(name);
      const child = node.kind === 'directory' ? yield* build(childPath(path, name), known) : node;
      if (child !== known) same = false;
      children.set(name, child);
    }
    return same && like?.kind === 'directory' ? like : { kind: 'directory', children };
  }
}

type Children = ReadonlyMap<string, TreeNode>;

/** Visits each folder that one of the lists has, with what each of them has there. */
function* below<T extends readonly Children[]>(
  path: WirePath | undefined,
  lists: T,
  visit: (nodes: { [K in keyof T]: Node }, at: WirePath) => Generator<RowChange>,
): Generator<RowChange> {
  const names = new Set<string>();
  for (const list of lists) for (const [name, node] of list) if (node.kind === 'directory') names.add(name);
  for (const name of names) {
    const nodes = lists.map((list) => list.get(name)) as { [K in keyof T]: Node };
    yield* visit(nodes, childPath(path, name));
  }
}

/** One text for one list, in whatever order it is held. */
export function encode(children: Children): string {
  const stored = Object.create(null) as StoredChildren;
  for (const name of [...children.keys()].sort()) stored[name] = encodeNode(children.get(name) as TreeNode);
  return JSON.stringify(stored);
}

function encodeNode(node: TreeNode): StoredChildren[string] {
  if (node.kind === 'directory') return 0;
  return node.kind === 'link' ? node.target : [node.content, node.size, node.executable ? 1 : 0];
}

function decode(row: string, folderOf: (name: string) => Directory = () => EMPTY_TREE): Children {
  const children = new Map<string, TreeNode>();
  const record = JSON.parse(row) as StoredChildren;
  for (const name of Object.keys(record)) {
    const stored = record[name];
    if (name === '' || name === '..' || name.includes('/')) throw new Error('A stored name is no name.');
    children.set(name, stored === 0 ? folderOf(name) : decodeLeaf(stored));
  }
  return children;
}

function decodeLeaf(stored: unknown): Leaf {
  if (typeof stored === 'string') return { kind: 'link', target: stored };
  const [content, size, executable] = Array.isArray(stored) ? (stored as unknown[]) : [];
  if (!isContentId(content) || !Number.isSafeInteger(size)) throw new Error('A stored entry is no entry.');
  return { kind: 'file', content, size: size as number, executable: executable === 1 };
}
