import { isWithin, type WirePath } from '../protocol/wirePath.ts';
import type { Change } from '../protocol/messages/values.ts';
import type { FeedChange } from './feed.ts';

/**
 * Changes as someone sees them who only knows what lies below a folder: a move across the folder's border is a deletion or
 * a put. Null when they cannot be told that way (a whole folder moved in, or the folder itself was moved, deleted or
 * replaced): such a reader has to start anew from a snapshot.
 */
export function changesBelow(changes: readonly FeedChange[], dir: WirePath | undefined): Change[] | null {
  const seen: Change[] = [];
  for (const change of changes) {
    const visible = dir === undefined ? toChange(change) : viewFrom(change, dir);
    if (visible === 'reset') return null;
    if (visible) seen.push(visible);
  }
  return seen;
}

function viewFrom(change: FeedChange, dir: WirePath): Change | 'reset' | null {
  if (change.kind !== 'rename') {
    if (isBelow(change.path, dir)) return change;
    return change.kind === 'delete' && isWithin(dir, change.path) ? 'reset' : null;
  }
  const { rev, from, to } = change;
  if (isWithin(dir, from) || isWithin(dir, to)) return 'reset';
  const leaves = isBelow(from, dir);
  const comes = isBelow(to, dir);
  if (leaves && comes) return toChange(change);
  if (leaves) return { kind: 'delete', rev, path: from };
  if (!comes) return null;
  return change.moved ? { kind: 'put', rev, path: to, entry: change.moved } : 'reset';
}

function toChange(change: FeedChange): Change {
  if (change.kind !== 'rename') return change;
  const { kind, rev, from, to } = change;
  return { kind, rev, from, to };
}

const isBelow = (path: WirePath, dir: WirePath): boolean => path !== dir && isWithin(path, dir);
