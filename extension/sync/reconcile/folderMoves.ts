import { nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { childrenOf, nodeAt, type Tree, type TreeNode } from '../tree/tree.ts';
import type { MovedContent, PlacedContent } from './movedContent.ts';

/** A file or folder that stands elsewhere now. */
export interface Move {
  readonly from: WirePath;
  readonly to: WirePath;
}

/**
 * Which folders of the base stand elsewhere in `tree`: where at least half of a folder's files lie at the same places below
 * another folder. Every pair of a gone and a come file of the same name and content votes for the pairs of folders that
 * would explain it; the best pairs that `mayMove` are verified by counting. A folder is moved once and is the goal of one
 * move.
 */
export function folderMoves(
  base: Tree,
  tree: Tree,
  { gone, come }: MovedContent,
  mayMove: (move: Move) => boolean,
): Move[] {
  const ranked = candidates(gone, come);
  const [taken, reached] = [new Set<string>(), new Set<string>()];
  const moves: Move[] = [];
  for (const { move } of ranked) {
    if (taken.has(move.from) || reached.has(move.to)) continue;
    if (!mayMove(move) || !movedTogether(base, tree, move)) continue;
    taken.add(move.from);
    reached.add(move.to);
    moves.push(move);
  }
  return moves;
}

interface Candidate {
  readonly move: Move;
  votes: number;
}

/** Pairs of folders, the most likely ones first. */
function candidates(gone: readonly PlacedContent[], come: readonly PlacedContent[]): Candidate[] {
  const ballot = new Ballot();
  for (const [from, to] of sameNamePairs(gone, come)) {
    if (from.folder !== undefined && to.folder !== undefined) ballot.vote(from.folder, to.folder, 1);
  }
  for (const { move, votes } of ballot.all()) ballot.voteAbove(move, votes);
  return ballot.all().sort((a, b) => b.votes - a.votes || depth(a) - depth(b) || (key(a) < key(b) ? -1 : 1));
}

class Ballot {
  readonly #byFrom = new Map<WirePath, Map<WirePath, Candidate>>();

  vote(from: WirePath, to: WirePath, votes: number): void {
    if (from === to) return;
    const goals = this.#byFrom.get(from) ?? new Map<WirePath, Candidate>();
    if (goals.size === 0) this.#byFrom.set(from, goals);
    const known = goals.get(to);
    if (known) known.votes += votes;
    else goals.set(to, { move: { from, to }, votes });
  }

  /** What speaks for two folders speaks for those above them, as long as the names in between are the same. */
  voteAbove({ from, to }: Move, votes: number): void {
    while (nameOf(from) === nameOf(to)) {
      const [a, b] = [parentOf(from), parentOf(to)];
      if (a === undefined || b === undefined || a === b) return;
      this.vote(a, b, votes);
      [from, to] = [a, b];
    }
  }

  all(): Candidate[] {
    return [...this.#byFrom.values()].flatMap((goals) => [...goals.values()].map((candidate) => ({ ...candidate })));
  }
}

/** More pairs than this per name and content say nothing; then only files in the same place of the order are paired. */
const MOST_PAIRS = 64;

function* sameNamePairs(
  gone: readonly PlacedContent[],
  come: readonly PlacedContent[],
): Generator<[PlacedContent, PlacedContent]> {
  const sameFile = ({ content, name }: PlacedContent): string => content + name;
  const arrivals = Map.groupBy(come, sameFile);
  for (const [file, departed] of Map.groupBy(gone, sameFile)) {
    const arrived = arrivals.get(file);
    if (!arrived) continue;
    if (departed.length * arrived.length <= MOST_PAIRS) {
      for (const from of departed) for (const to of arrived) yield [from, to];
    } else {
      const inOrder = arrived.toSorted(byFolder);
      for (const [index, from] of departed.toSorted(byFolder).entries()) {
        const to = inOrder[index];
        if (to) yield [from, to];
      }
    }
  }
}

const byFolder = (a: PlacedContent, b: PlacedContent): number => ((a.folder ?? '') < (b.folder ?? '') ? -1 : 1);
const depth = ({ move }: Candidate): number => move.from.split('/').length;
const key = ({ move }: Candidate): string => `${move.from}\n${move.to}`;

function movedTogether(base: Tree, tree: Tree, { from, to }: Move): boolean {
  const before = nodeAt(base, from);
  const after = nodeAt(tree, to);
  if (before?.kind !== 'directory' || after?.kind !== 'directory') return false;
  const { total, moved } = countMoved(before, after, nodeAt(tree, from));
  return moved > 0 && moved * 2 >= total;
}

/** Files of `before`, and how many of them `after` holds at the same place while `still` does not. */
function countMoved(
  before: TreeNode,
  after: TreeNode | undefined,
  still: TreeNode | undefined,
): { total: number; moved: number } {
  let [total, moved] = [0, 0];
  for (const [name, node] of childrenOf(before)) {
    const [now, left] = [childrenOf(after).get(name), childrenOf(still).get(name)];
    if (node.kind === 'directory') {
      const below = countMoved(node, now, left);
      total += below.total;
      moved += below.moved;
    } else if (node.kind === 'file') {
      total++;
      const stays = left?.kind === 'file' && left.content === node.content;
      if (!stays && now?.kind === 'file' && now.content === node.content) moved++;
    }
  }
  return { total, moved };
}
