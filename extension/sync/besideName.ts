import { collisionKey } from '../../server/protocol/disk/collisionKey.ts';
import { MAX_NAME_BYTES, nameOf, parentOf, type WirePath } from '../../server/protocol/wirePath.ts';
import { childPath, childrenOf, nodeAt, type Tree } from './tree/tree.ts';

/**
 * Where "mine" is kept beside "theirs": `name (mine 2026-11-22 14-03).ext`, or with a number behind the time when that is
 * taken in one of the trees. The name is legal everywhere and collides with no other.
 */
export function besideName(path: WirePath, at: Date, trees: readonly Tree[]): WirePath {
  const parent = parentOf(path);
  const taken = new Set<string>();
  for (const tree of trees) {
    for (const name of childrenOf(nodeAt(tree, parent)).keys()) taken.add(collisionKey(name));
  }
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; ; n++) {
    const note = ` (mine ${timeText(at)}${n > 1 ? ` ${n}` : ''})`;
    const room = MAX_NAME_BYTES - Buffer.byteLength(note + extension);
    const candidate = `${cutToBytes(stem, room)}${note}${extension}`;
    if (!taken.has(collisionKey(candidate))) return childPath(parent, candidate);
  }
}

/** In the time zone of this machine: a person reads it. */
function timeText(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}-${two(at.getMinutes())}`;
}

function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = cut.slice(0, -1);
  return cut.replace(/[\ud800-\udbff]$/, '');
}
