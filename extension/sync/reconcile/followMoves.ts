import { DIRECTORY } from '../../../server/protocol/entry.ts';
import { collisionKey } from '../../../server/protocol/disk/collisionKey.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { ancestorsOf, isWithin, nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { filterInSteps, type Steps } from '../inSlices.ts';
import { childPath, childrenOf, entryOf, nodeAt, type Tree } from '../tree/tree.ts';
import { TreeEditor } from '../tree/treeEditor.ts';
import { fileMoves } from './fileMoves.ts';
import { folderMoves, type Move } from './folderMoves.ts';
import { movedContent, pathOf } from './movedContent.ts';
import { orderMoves } from './moveOrder.ts';

/** Moves nested in moved folders show only after the outer move; deeper than this they are told file by file. */
const MOST_ROUNDS = 6;

export interface FollowedMoves {
  /** To be carried out on the destination, in this order. */
  readonly operations: readonly Operation[];
  /** Base and destination as they are after the operations. */
  readonly base: Tree;
  readonly destination: Tree;
}

/**
 * Finds what was moved on one side since the base and has the other side do the same, as one operation for each file or
 * whole folder. Base and destination are then looked at under the new names, so that all the rest, a file edited inside a
 * folder that was renamed, an edit of the other side to it, is decided as if it had always had that name.
 *
 * Moved is only what the destination still has at the old place and nothing at the new one; everything else is left to be
 * told as deletions and new files, which is always right, only longer.
 */
export function* followMoves(
  base: Tree,
  source: Tree,
  destination: Tree,
  blocked: ReadonlySet<string>,
): Steps<FollowedMoves> {
  const operations: Operation[] = [];
  const moveAll = (moves: readonly Move[]): void => {
    const [bases, destinations] = [new TreeEditor(base), new TreeEditor(destination)];
    const isTaken = (path: WirePath): boolean =>
      [base, source, destination].some((tree) => nodeAt(tree, path) !== undefined);
    for (const { from, to } of orderMoves(moves, isTaken)) {
      const expect = entryOf(destinations.get(from));
      if (!expect) continue;
      for (const path of ancestorsOf(to)) {
        if (destinations.get(path)) continue;
        operations.push({ kind: 'makeDirectory', path });
        destinations.put(path, DIRECTORY);
      }
      operations.push({ kind: 'rename', from, to, expect, expectTo: null });
      bases.rename(from, to);
      destinations.rename(from, to);
    }
    [base, destination] = [bases.tree(), destinations.tree()];
  };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const content = yield* movedContent(base, source);
    if (content.gone.length === 0 || content.come.length === 0) break;
    const rules = new MoveRules(base, source, destination, blocked);
    const folders = rules.together(folderMoves(base, source, content, (move) => rules.mayMove(move, 'directory')));
    if (folders.length > 0) moveAll(folders);
    else {
      const gone = yield* filterInSteps(content.gone, (file) => nodeAt(source, pathOf(file)) === undefined);
      const mayMove = (move: Move): boolean => rules.isFree(move.to) && rules.mayMove(move, 'file');
      moveAll(rules.apart(fileMoves({ gone, come: content.come }, mayMove)));
      break;
    }
  }
  return { operations, base, destination };
}

/** What may be told to the destination as a move. */
class MoveRules {
  readonly #base: Tree;
  readonly #source: Tree;
  readonly #destination: Tree;
  readonly #blocked: ReadonlySet<string>;
  readonly #keys = new Map<WirePath | undefined, ReadonlyMap<string, readonly WirePath[]>>();

  constructor(base: Tree, source: Tree, destination: Tree, blocked: ReadonlySet<string>) {
    this.#base = base;
    this.#source = source;
    this.#destination = destination;
    this.#blocked = blocked;
  }

  /** What can be said of one move without looking at the others. */
  mayMove({ from, to }: Move, kind: 'directory' | 'file'): boolean {
    return (
      nodeAt(this.#destination, from)?.kind === kind &&
      !isWithin(from, to) &&
      !isWithin(to, from) &&
      !this.#isBlocked(from) &&
      !this.#isBlocked(to) &&
      this.#hasRoomFor(to, from)
    );
  }

  isFree(path: WirePath): boolean {
    return nodeAt(this.#base, path) === undefined && nodeAt(this.#destination, path) === undefined;
  }

  /**
   * The moves that can be carried out as a whole: a goal is free or moves away itself, and what stands again at the place
   * that a folder left has moved there.
   */
  together(moves: readonly Move[]): Move[] {
    let left = this.apart(moves);
    for (;;) {
      const [froms, tos] = [new Set(left.map(({ from }) => from)), new Set(left.map(({ to }) => to))];
      const next = left.filter(
        ({ from, to }) =>
          (this.isFree(to) || froms.has(to)) && (nodeAt(this.#source, from) === undefined || tos.has(from)),
      );
      if (next.length === left.length) return left;
      left = next;
    }
  }

  /** Of moves that lie within each other the first ones; the others show in the next round. */
  apart(moves: readonly Move[]): Move[] {
    const touched = new Set<string>();
    const above = new Set<string>();
    return moves.filter(({ from, to }) => {
      const within = [from, to].some((path) => above.has(path) || ancestorsOf(path).some((at) => touched.has(at)));
      if (within) return false;
      for (const path of [from, to]) {
        touched.add(path);
        for (const ancestor of ancestorsOf(path)) above.add(ancestor);
      }
      return true;
    });
  }

  #isBlocked(path: WirePath): boolean {
    if (this.#blocked.size === 0) return false;
    return this.#blocked.has(path) || ancestorsOf(path).some((ancestor) => this.#blocked.has(ancestor));
  }

  /** The folders above the goal are there, or new on the source's side; and no other name there looks like it. */
  #hasRoomFor(to: WirePath, from: WirePath): boolean {
    for (const ancestor of ancestorsOf(to)) {
      const node = nodeAt(this.#destination, ancestor);
      if (node ? node.kind !== 'directory' : nodeAt(this.#base, ancestor) !== undefined) return false;
    }
    const others = this.#keysIn(parentOf(to)).get(collisionKey(nameOf(to))) ?? [];
    return others.every((other) => other === to || other === from);
  }

  /** Paths in a folder of the destination, by what their names look like. */
  #keysIn(folder: WirePath | undefined): ReadonlyMap<string, readonly WirePath[]> {
    const known = this.#keys.get(folder);
    if (known) return known;
    const paths = [...childrenOf(nodeAt(this.#destination, folder)).keys()].map((name) => childPath(folder, name));
    const keys = Map.groupBy(paths, (path) => collisionKey(nameOf(path)));
    this.#keys.set(folder, keys);
    return keys;
  }
}
