import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../inSlices.ts';
import { childPath, childrenOf, EMPTY_TREE, sameNode, type Tree, type TreeNode } from '../tree/tree.ts';

/**
 * The base after a look at both sides: where they agree, what they agree on (also that there is nothing); elsewhere what the
 * base said before. Paths that are blocked keep their base, because what is really there is not known. Shares with the old
 * base whatever did not change, and is the old base itself when nothing did.
 */
export function agreedBase(base: Tree, local: Tree, remote: Tree, blocked: ReadonlySet<string> = NONE): Tree {
  return atOnce(agreedBaseInSteps(base, local, remote, blocked));
}

export function* agreedBaseInSteps(
  base: Tree,
  local: Tree,
  remote: Tree,
  blocked: ReadonlySet<string> = NONE,
): Steps<Tree> {
  const agreed = yield* new Agreement(blocked).at(undefined, base, local, remote);
  return agreed?.kind === 'directory' ? agreed : EMPTY_TREE;
}

const NONE: ReadonlySet<string> = new Set();

type Node = TreeNode | undefined;

class Agreement {
  readonly #blocked: ReadonlySet<string>;
  /** Folders that hold a blocked path, at any depth; '' is the root. */
  readonly #holding = new Set<string>();

  constructor(blocked: ReadonlySet<string>) {
    this.#blocked = blocked;
    for (const path of blocked) {
      this.#holding.add('');
      for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        this.#holding.add(path.slice(0, slash));
      }
    }
  }

  *at(path: WirePath | undefined, base: Node, local: Node, remote: Node): Steps<Node> {
    const isWhole = !this.#holding.has(path ?? '');
    if (local === remote && isWhole) return sameNode(base, local) ? base : local;
    const isLeaf = (node: Node): boolean => node !== undefined && node.kind !== 'directory';
    if (isLeaf(local) || isLeaf(remote)) return sameNode(local, remote) && !sameNode(base, local) ? local : base;
    // folders, or a folder and nothing, which is decided child by child
    yield;
    const children = new Map<string, TreeNode>();
    const [before, here, there] = [childrenOf(base), childrenOf(local), childrenOf(remote)];
    let same = base?.kind === 'directory';
    let names = 0;
    for (const name of namesIn(here, there, isWhole ? NOTHING : before)) {
      if (++names % STEP === 0) yield;
      const [old, mine, theirs] = [before.get(name), here.get(name), there.get(name)];
      const now = mine === theirs && mine === old && isWhole ? old : yield* this.#child(path, name, old, mine, theirs);
      if (now) children.set(name, now);
      if (now !== old) same = false;
    }
    if (same && children.size === before.size) return base;
    if (local && remote) return { kind: 'directory', children };
    return base?.kind === 'directory' ? { kind: 'directory', children } : undefined;
  }

  *#child(path: WirePath | undefined, name: string, base: Node, local: Node, remote: Node): Steps<Node> {
    const at = childPath(path, name);
    return this.#blocked.has(at) ? base : yield* this.at(at, base, local, remote);
  }
}

type Children = ReadonlyMap<string, TreeNode>;

const NOTHING: Children = new Map();

/** Each name that one of them has, once. */
function* namesIn(here: Children, there: Children, before: Children): Generator<string> {
  yield* here.keys();
  for (const name of there.keys()) if (!here.has(name)) yield name;
  for (const name of before.keys()) if (!here.has(name) && !there.has(name)) yield name;
}
