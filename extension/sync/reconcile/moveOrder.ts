import { parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { Move } from './folderMoves.ts';

/**
 * Puts moves, no two of which lie within each other, into an order in which every goal is free when its turn comes: what
 * stands at the goal of another moves first. A circle is opened by moving one of its members to a temporary name.
 */
export function orderMoves(moves: readonly Move[], isTaken: (path: WirePath) => boolean): Move[] {
  const byFrom = new Map(moves.map((move) => [move.from, move]));
  const ordered: Move[] = [];
  const done = new Set<Move>();
  for (const start of moves) {
    const chain: Move[] = [];
    let move: Move | undefined = start;
    while (move && !done.has(move)) {
      done.add(move);
      chain.push(move);
      move = byFrom.get(move.to);
    }
    const isCircle = move === start && chain.length > 0;
    if (!isCircle) ordered.push(...chain.reverse());
    else {
      const temporary = temporaryName(start.from, isTaken);
      ordered.push({ from: start.from, to: temporary }, ...chain.slice(1).reverse(), { from: temporary, to: start.to });
    }
  }
  return ordered;
}

/** A free name beside `path` that says what it is, in case an interruption leaves it for a person to see. */
function temporaryName(path: WirePath, isTaken: (path: WirePath) => boolean): WirePath {
  const parent = parentOf(path);
  for (let n = 1; ; n++) {
    const name = `syncline-moving-${n}`;
    const candidate = (parent === undefined ? name : `${parent}/${name}`) as WirePath;
    if (!isTaken(candidate)) return candidate;
  }
}
