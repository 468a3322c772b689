import { collisionKey } from '../../../server/protocol/disk/collisionKey.ts';
import { type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { ancestorsOf, movePath, type WirePath } from '../../../server/protocol/wirePath.ts';

/** By path. What a path held that nobody can give back is null. */
export type PastEntries = ReadonlyMap<WirePath, Entry | null>;
export type PresentEntries = ReadonlyMap<WirePath, Entry>;

export interface RestorePlan {
  /** In an order in which each finds what it needs; each expects what is there now. */
  readonly operations: readonly Operation[];
  /** What was there and cannot be had back; whatever is there now stays. */
  readonly lost: readonly WirePath[];
  /** Of the operations. */
  readonly deletions: number;
}

export interface RestoreOptions {
  /** What was not there then stays, unless it is in the way. */
  readonly keepNew?: boolean;
}

/**
 * Pure. What makes a path, and everything below it, what it was. Nothing is lost by that: the operations are a normal commit,
 * and what they replace or delete goes to history. Deletions that make room come first, the others last, so that whatever
 * breaks on the way leaves too much rather than too little.
 */
export function planRestore(
  then: PastEntries,
  now: PresentEntries,
  { keepNew = false }: RestoreOptions = {},
): RestorePlan {
  const lost = [...then].filter(([, entry]) => entry === null).map(([path]) => path);
  const isKept = (path: WirePath): boolean => upFrom(path).some((each) => then.get(each) === null);
  const isInTheWay = namesNeeded(then);
  const room: Operation[] = [];
  const folders: Operation[] = [];
  const puts: Operation[] = [];
  const rest: Operation[] = [];
  for (const [path, expect] of [...now].sort(byPath).reverse()) {
    if (isKept(path)) continue;
    const wanted = then.get(path);
    const inTheWay = wanted ? wanted.kind === 'directory' && expect.kind !== 'directory' : isInTheWay(path);
    if (inTheWay) room.push({ kind: 'delete', path, expect });
    else if (!wanted && !keepNew) rest.push({ kind: 'delete', path, expect });
  }
  for (const [path, entry] of [...then].sort(byPath)) {
    const current = now.get(path) ?? null;
    if (entry === null || sameEntry(entry, current)) continue;
    if (entry.kind === 'directory') folders.push({ kind: 'makeDirectory', path });
    else puts.push({ kind: 'put', path, entry, expect: current });
  }
  const operations = [...room, ...folders, ...puts, ...rest];
  return { operations, lost, deletions: room.length + rest.length };
}

/** Smaller folders are restored without asking, whatever goes. */
const SMALLEST_BRAKED = 20;

/** Why a person has to confirm a plan before it is carried out, as for any large deletion; null: nothing speaks against it. */
export function brakeOnRestore({ deletions }: RestorePlan, of: number): string | null {
  if (of < SMALLEST_BRAKED || deletions * 2 <= of) return null;
  return `This would delete ${deletions} of ${of} entries that were not there then.`;
}

/** The same somewhere else. */
export function movedTo(entries: PastEntries, from: WirePath | undefined, to: WirePath): PastEntries {
  const moved = (path: WirePath): WirePath =>
    from === undefined ? (`${to}/${path}` as WirePath) : movePath(path, from, to);
  return new Map([...entries].map(([path, entry]) => [moved(path), entry]));
}

/** Whether a path that was not there then has, or is below, a name that something needs which was. */
function namesNeeded(then: PastEntries): (path: WirePath) => boolean {
  const keys = new Set([...then.keys()].map(keyOf));
  return (path) => upFrom(path).some((each) => keys.has(keyOf(each)) && then.get(each)?.kind !== 'directory');
}

/** A path and the folders on the way to it. */
const upFrom = (path: WirePath): WirePath[] => [path, ...ancestorsOf(path)];

const keyOf = (path: WirePath): string => path.split('/').map(collisionKey).join('/');

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
