import { linkStaysInside } from '../../../server/protocol/entry.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../inSlices.ts';
import { childPath, childrenOf, type Directory, EMPTY_TREE, type Tree, type TreeNode } from '../tree/tree.ts';
import { collidingOutInSteps } from './collisionChoice.ts';
import type { IgnoreRules } from './ignoreRules.ts';

/** What of a tree takes part in syncing. */
export interface Filtered {
  readonly tree: Tree;
  /** Paths that are left out of `tree` although no rule ignores them. */
  readonly problems: readonly Problem[];
}

/**
 * Takes out of a server's tree what is ignored and what cannot be synced: links that lead outside, names that collide. The
 * server is not trusted to have done it.
 *
 * A folder that holds nothing but ignored things is no entry itself, unless the base knows it: otherwise a folder that was
 * deleted on the other side, and is left standing here because of them, would come back there as a new folder.
 *
 * Remembers what it made of each folder, so that filtering a tree again after a few changes costs only those. Folders that are
 * `seen`'s own are taken as they are: `seen` is what a look at the local folder by the same rules let pass.
 */
export class TreeFilter {
  readonly #rules: IgnoreRules;
  readonly #known = new WeakMap<Directory, FilteredDirectory>();

  constructor(rules: IgnoreRules) {
    this.#rules = rules;
  }

  filter(tree: Tree, base: Tree, seen?: Tree): Filtered {
    return atOnce(this.filterInSteps(tree, base, seen));
  }

  *filterInSteps(tree: Tree, base: Tree, seen: Tree = EMPTY_TREE): Steps<Filtered> {
    const { directory, problems } = yield* this.#directory(undefined, tree, base, seen);
    return { tree: directory ?? EMPTY_TREE, problems };
  }

  *#directory(path: WirePath | undefined, directory: Directory, base: Node, seen: Node): Steps<FilteredDirectory> {
    if (directory === seen) return { path, base, directory, problems: [] };
    const known = this.#known.get(directory);
    if (known && known.path === path && known.base === base) return known;
    const filtered = { path, base, ...(yield* this.#filter(path, directory, base, seen)) };
    this.#known.set(directory, filtered);
    return filtered;
  }

  *#filter(
    path: WirePath | undefined,
    directory: Directory,
    base: Node,
    seen: Node,
  ): Steps<Pick<FilteredDirectory, 'directory' | 'problems'>> {
    yield;
    const children = new Map<string, TreeNode>();
    const problems: Problem[] = [];
    let [same, names] = [true, 0];
    for (const [name, child] of directory.children) {
      if (++names % STEP === 0) yield;
      const at = childPath(path, name);
      const kept = this.#rules.isIgnored(at, child.kind === 'directory')
        ? undefined
        : yield* this.#node(at, child, { base, seen }, problems);
      if (kept) children.set(name, kept);
      if (kept !== child) same = false;
    }
    const colliding = yield* collidingOutInSteps(path, children.keys(), base);
    for (const [name, problem] of colliding) {
      children.delete(name);
      problems.push(problem);
      same = false;
    }
    const isHollow = children.size === 0 && directory.children.size > 0 && problems.length === 0;
    if (isHollow && base?.kind !== 'directory') return { directory: undefined, problems };
    return { directory: same ? directory : { kind: 'directory', children }, problems };
  }

  *#node(at: WirePath, child: TreeNode, { base, seen }: { base: Node; seen: Node }, problems: Problem[]): Steps<Node> {
    if (child.kind === 'directory') {
      const name = nameOf(at);
      const below = yield* this.#directory(at, child, childrenOf(base).get(name), childrenOf(seen).get(name));
      problems.push(...below.problems);
      return below.directory;
    }
    if (child.kind === 'file' || linkStaysInside(at, child.target)) return child;
    problems.push({
      path: at,
      code: 'LinkOutside',
      message: `The symbolic link leads to “${printable(child.target)}”, which is not inside the share.`,
    });
    return undefined;
  }
}

type Node = TreeNode | undefined;

interface FilteredDirectory {
  readonly path: WirePath | undefined;
  readonly base: Node;
  /** Undefined: the folder takes no part. */
  readonly directory: Directory | undefined;
  readonly problems: readonly Problem[];
}
