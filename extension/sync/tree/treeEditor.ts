import type { Entry } from '../../../server/protocol/entry.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { type Directory, EMPTY_TREE, nodeAt, type Tree, type TreeNode } from './tree.ts';

/**
 * Makes a new tree out of an old one by any number of edits. Each folder on the way to an edit is copied once, whatever the
 * number of edits in it; the old tree stays as it was. Moving a folder moves one reference, however much is below it.
 *
 * Edits that cannot be carried out as they are told (a path below a file, a move of what is not there) have the outcome
 * that lies nearest, and never throw: what a peer reports must not be able to break a client's picture of it.
 */
export class TreeEditor {
  #root: Tree;
  /** Folders made by this editor, which it may therefore change in place. */
  readonly #own = new Set<Directory>();

  constructor(tree: Tree) {
    this.#root = tree;
  }

  get(path: WirePath): TreeNode | undefined {
    return nodeAt(this.#root, path);
  }

  /** Puts a leaf, or a folder with all that is in it, at a path. Missing parents are made; a file in the way gives way. */
  set(path: WirePath, node: TreeNode): void {
    const [parent, name] = this.#makeParent(path);
    parent.children.set(name, node);
  }

  /** As {@link set} with what the wire calls an entry: a folder that is there keeps what is in it. */
  put(path: WirePath, entry: Entry): void {
    if (entry.kind !== 'directory') return this.set(path, entry);
    if (this.get(path)?.kind !== 'directory') this.set(path, EMPTY_TREE);
  }

  /** Takes away a path and everything below it. Returns what was there. */
  remove(path: WirePath): TreeNode | undefined {
    const removed = this.get(path);
    if (removed === undefined) return undefined;
    const [parent, name] = this.#makeParent(path);
    parent.children.delete(name);
    return removed;
  }

  /** Moves a path and everything below it; whatever is at `to` gives way. Moving a folder into itself does nothing. */
  rename(from: WirePath, to: WirePath): void {
    if (from === to || to.startsWith(`${from}/`)) return;
    const moved = this.remove(from);
    if (moved === undefined) return;
    this.set(to, moved);
  }

  /** A change as a server tells it. */
  apply(change: Change): void {
    if (change.kind === 'put') this.put(change.path, change.entry);
    else if (change.kind === 'delete') this.remove(change.path);
    else this.rename(change.from, change.to);
  }

  /** The tree as edited so far; the old one itself when nothing was. Further edits do not touch a tree already taken. */
  tree(): Tree {
    this.#own.clear();
    return this.#root;
  }

  #makeParent(path: WirePath): [EditableDirectory, string] {
    const names = path.split('/');
    const name = names.pop() as string;
    let at = this.#owned(this.#root);
    this.#root = at;
    for (const step of names) {
      const child = at.children.get(step);
      const owned = child?.kind === 'directory' ? this.#owned(child) : this.#copy(EMPTY_TREE);
      if (owned !== child) at.children.set(step, owned);
      at = owned;
    }
    return [at, name];
  }

  #owned(directory: Directory): EditableDirectory {
    return this.#own.has(directory) ? (directory as EditableDirectory) : this.#copy(directory);
  }

  #copy(directory: Directory): EditableDirectory {
    const copy: EditableDirectory = { kind: 'directory', children: new Map(directory.children) };
    this.#own.add(copy);
    return copy;
  }
}

interface EditableDirectory extends Directory {
  readonly children: Map<string, TreeNode>;
}

/** The tree after these changes. */
export function applyChanges(tree: Tree, changes: Iterable<Change>): Tree {
  const editor = new TreeEditor(tree);
  for (const change of changes) editor.apply(change);
  return editor.tree();
}
