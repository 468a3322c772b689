import { DIRECTORY, type Entry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { STEP, type Steps } from '../inSlices.ts';
import {
  childPath,
  childrenOf,
  type Directory,
  EMPTY_TREE,
  entryOf,
  type Leaf,
  type Tree,
  type TreeNode,
} from '../tree/tree.ts';
import type { Conflict, Resolution } from './conflict.ts';
import { type Decision, decide } from './decide.ts';
import type { Mode } from './mode.ts';
import { collidingNames, collisionProblem } from './nameCollisions.ts';

export type Side = 'local' | 'remote';

/** What stays of a path once the operations are done: on both sides, on one alone (left there, or blocked), or on none. */
type Rest = 'both' | 'one' | 'none';

type Node = TreeNode | undefined;

/**
 * Compares the two sides with the base path by path and collects what is to be done, in no particular order. It walks only
 * where local and remote are not one and the same node, decides by the table of {@link decide}, and adds what the table
 * cannot say: a folder is deleted only when nothing in it stays, and comes back when something in it must.
 */
export class Differences {
  readonly toLocal: Operation[] = [];
  readonly toRemote: Operation[] = [];
  readonly conflicts: Conflict[] = [];
  readonly problems: Problem[] = [];
  readonly #mode: Mode;
  #visited = 0;
  readonly #blocked: ReadonlySet<string>;
  readonly #resolve: (conflict: Conflict) => Resolution | undefined;

  constructor(
    mode: Mode,
    blocked: ReadonlySet<string> = new Set(),
    resolve: (conflict: Conflict) => Resolution | undefined = () => undefined,
  ) {
    this.#mode = mode;
    this.#blocked = blocked;
    this.#resolve = resolve;
  }

  *compare(base: Tree, local: Tree, remote: Tree): Steps<void> {
    yield* this.#children(undefined, base, local, remote);
  }

  *#children(path: WirePath | undefined, base: Node, local: Directory, remote: Directory): Steps<Rest[]> {
    yield;
    const before = childrenOf(base);
    const rests: Rest[] = [];
    const single: string[] = [];
    for (const [name, here] of local.children) {
      if (++this.#visited % STEP === 0) yield;
      const there = remote.children.get(name);
      if (there === here) rests.push('both');
      else if (there) rests.push(yield* this.#visit(childPath(path, name), before.get(name), here, there));
      else single.push(name);
    }
    for (const name of remote.children.keys()) {
      if (++this.#visited % STEP === 0) yield;
      if (!local.children.has(name)) single.push(name);
    }
    if (single.length === 0) return rests;
    const visit = (name: string): Steps<Rest> =>
      this.#visit(childPath(path, name), before.get(name), local.children.get(name), remote.children.get(name));
    const colliding = collidingNames(local, remote, single);
    for (const name of single) if (!colliding.has(name)) rests.push(yield* visit(name));
    if (colliding.size > 0) yield* this.#colliding(path, colliding, visit, rests);
    return rests;
  }

  /** Of names that cannot stand side by side, one that goes makes room; one that would come beside another is a problem. */
  *#colliding(
    path: WirePath | undefined,
    colliding: ReadonlyMap<string, readonly string[]>,
    visit: (name: string) => Steps<Rest>,
    rests: Rest[],
  ): Steps<void> {
    const trials = new Map<string, Rest>();
    for (const name of colliding.keys()) trials.set(name, yield* this.#takenBack(visit(name)));
    for (const [name, others] of colliding) {
      const comes = trials.get(name) === 'both';
      if (!comes || others.every((other) => trials.get(other) === 'none')) rests.push(yield* visit(name));
      else {
        this.problems.push(collisionProblem(childPath(path, name)));
        rests.push('one');
      }
    }
  }

  /** What would become of something, without doing it. */
  *#takenBack(visit: Steps<Rest>): Steps<Rest> {
    const lists = [this.toLocal, this.toRemote, this.conflicts, this.problems];
    const lengths = lists.map((list) => list.length);
    const rest = yield* visit;
    lists.forEach((list, index) => {
      list.length = lengths[index] ?? 0;
    });
    return rest;
  }

  *#visit(path: WirePath, base: Node, local: Node, remote: Node): Steps<Rest> {
    if (++this.#visited % STEP === 0) yield;
    if (this.#blocked.has(path)) return 'one';
    if (local?.kind === 'directory' && remote?.kind === 'directory') {
      yield* this.#children(path, base, local, remote);
      return 'both';
    }
    if (local?.kind === 'directory' && !remote) return yield* this.#oneSided(path, base, local, 'local');
    if (remote?.kind === 'directory' && !local) return yield* this.#oneSided(path, base, remote, 'remote');
    return yield* this.#carryOut(path, local, remote, this.#decide(path, base, local, remote));
  }

  /** A folder that only one side has: what is in it decides whether it goes, comes or stays. */
  *#oneSided(path: WirePath, base: Node, folder: Directory, side: Side): Steps<Rest> {
    const known = base?.kind === 'directory' ? EMPTY_TREE : undefined;
    const { kind } =
      side === 'local'
        ? decide(known, EMPTY_TREE, undefined, this.#mode)
        : decide(known, undefined, EMPTY_TREE, this.#mode);
    if (kind === 'leave') return 'one';
    const copies = kind === (side === 'local' ? 'toRemote' : 'toLocal');
    const before = childrenOf(base);
    let [kept, stuck] = [false, false];
    for (const name of [...folder.children.keys()].sort()) {
      const child = folder.children.get(name);
      const [local, remote] = side === 'local' ? [child, undefined] : [undefined, child];
      const rest = yield* this.#visit(childPath(path, name), before.get(name), local, remote);
      kept ||= rest === 'both';
      stuck ||= rest === 'one';
    }
    if (copies || kept) {
      this.#to(other(side)).push({ kind: 'makeDirectory', path });
      return 'both';
    }
    if (stuck || this.#blocksBelow(path)) return 'one';
    this.#to(side).push({ kind: 'delete', path, expect: DIRECTORY });
    return 'none';
  }

  #decide(path: WirePath, base: Node, local: Node, remote: Node): Decision {
    const decision = decide(base, local, remote, this.#mode);
    if (decision.kind !== 'conflict') return decision;
    const conflict = { path, base: entryOf(base), mine: entryOf(local), theirs: entryOf(remote) };
    const resolution = this.#resolve(conflict);
    if (resolution) return { kind: resolution === 'mine' ? 'toRemote' : 'toLocal' };
    this.conflicts.push(conflict);
    return decision;
  }

  *#carryOut(path: WirePath, local: Node, remote: Node, decision: Decision): Steps<Rest> {
    switch (decision.kind) {
      case 'agree':
        return local ? 'both' : 'none';
      case 'leave':
      case 'conflict':
        return 'one';
      case 'merge':
        this.#put('local', path, decision.entry, entryOf(local));
        this.#put('remote', path, decision.entry, entryOf(remote));
        return 'both';
      case 'toRemote':
        return yield* this.#replace('remote', path, remote, local);
      case 'toLocal':
        return yield* this.#replace('local', path, local, remote);
    }
  }

  *#replace(side: Side, path: WirePath, old: Node, next: Node): Steps<Rest> {
    if (old?.kind === 'directory' && this.#blocksBelow(path)) return 'one';
    const clears = old && (!next || old.kind === 'directory' || next.kind === 'directory');
    if (clears) yield* this.#remove(side, path, old);
    if (!next) return 'none';
    if (next.kind === 'directory') yield* this.#create(side, path, next);
    else this.#put(side, path, next, clears ? null : entryOf(old));
    return 'both';
  }

  #put(side: Side, path: WirePath, entry: Leaf, expect: Entry | null): void {
    this.#to(side).push({ kind: 'put', path, entry, expect });
  }

  *#create(side: Side, path: WirePath, folder: Directory): Steps<void> {
    this.#to(side).push({ kind: 'makeDirectory', path });
    for (const name of [...folder.children.keys()].sort()) {
      const at = childPath(path, name);
      const child = folder.children.get(name);
      if (++this.#visited % STEP === 0) yield;
      if (!child || this.#blocked.has(at)) continue;
      if (child.kind === 'directory') yield* this.#create(side, at, child);
      else this.#put(side, at, child, null);
    }
  }

  *#remove(side: Side, path: WirePath, node: TreeNode): Steps<void> {
    if (++this.#visited % STEP === 0) yield;
    for (const [name, child] of childrenOf(node)) yield* this.#remove(side, childPath(path, name), child);
    this.#to(side).push({ kind: 'delete', path, expect: node.kind === 'directory' ? DIRECTORY : node });
  }

  /** A blocked path is in no tree of the side that has the problem, so the set itself is searched. */
  #blocksBelow(path: WirePath): boolean {
    for (const blocked of this.#blocked) if (blocked.startsWith(`${path}/`)) return true;
    return false;
  }

  #to(side: Side): Operation[] {
    return side === 'local' ? this.toLocal : this.toRemote;
  }
}

const other = (side: Side): Side => (side === 'local' ? 'remote' : 'local');
