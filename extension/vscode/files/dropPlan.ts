import { isWithin, joinWirePath, nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';

/** A move of one path into a folder of the same share. */
export interface Move {
  readonly from: WirePath;
  readonly to: WirePath;
}

/**
 * Where paths go that are dropped on a folder (undefined: the share itself). Left out is what is there already, what would
 * go into itself, and what lies below another one of them, which moves along.
 */
export function movesInto(paths: readonly WirePath[], folder: WirePath | undefined): Move[] {
  return paths
    .filter((path) => !paths.some((other) => other !== path && isWithin(path, other)))
    .filter((path) => parentOf(path) !== folder && !(folder !== undefined && isWithin(folder, path)))
    .map((from) => ({ from, to: joinWirePath(folder, nameOf(from)) }));
}
