import { type FileEntry, sameEntry } from '../../../server/protocol/entry.ts';
import { sameNode, type TreeNode } from '../tree/tree.ts';
import type { Mode } from './mode.ts';

/**
 * What becomes of a path. `toRemote` and `toLocal`: that side takes what the other has, also when that is nothing. `leave`:
 * the sides differ and may. `merge`: both take the same new entry.
 */
export type Decision =
  | { readonly kind: 'agree' | 'toRemote' | 'toLocal' | 'leave' | 'conflict' }
  | { readonly kind: 'merge'; readonly entry: FileEntry };

type Node = TreeNode | undefined;

/**
 * Decides about a path that holds a file, a link or nothing on at least one side, from what the base, the local folder and
 * the server hold. A is what the base holds; B and C are other contents; `–` is nothing.
 *
 * | base | local | remote | two-way  | push     | pull     | mirror   | because
 * |------|-------|--------|----------|----------|----------|----------|--------
 * | any  | B     | B      | agree    | agree    | agree    | agree    | the same on both sides needs nobody
 * | –    | B     | –      | toRemote | toRemote | leave    | toRemote | new here; pull lets local-only files stay
 * | –    | –     | B      | toLocal  | leave    | toLocal  | toRemote | new there; push lets server-only files stay
 * | –    | B     | C      | conflict | toRemote | toLocal  | toRemote | first sync: the mode's source wins, the loser is kept
 * | A    | B     | A      | toRemote | toRemote | conflict | toRemote | changed here; pull does not overwrite it
 * | A    | –     | A      | toRemote | toRemote | toLocal  | toRemote | deleted here; pull brings it back
 * | A    | A     | B      | toLocal  | conflict | toLocal  | toRemote | changed there; push does not overwrite it
 * | A    | A     | –      | toLocal  | toRemote | toLocal  | toRemote | deleted there; push brings it back
 * | A    | –     | B      | toLocal  | leave    | toLocal  | toRemote | deletion loses to modification; push leaves it there
 * | A    | B     | –      | toRemote | toRemote | leave    | toRemote | deletion loses to modification; pull leaves it here
 * | A    | B     | C      | conflict | conflict | conflict | toRemote | both changed it
 *
 * `toRemote` in mirror deletes what local does not have. Whatever is overwritten or deleted goes to history (remote) or to
 * a safety copy (local), and only if it is still what was seen.
 *
 * A folder against a file or link is decided by the same table, where a folder counts as unchanged when everything below it
 * is; but unknown before, that is a conflict in every mode except mirror. The executable bit merges by itself: when the
 * contents agree, or one side changed nothing but the bit, nobody has to decide.
 */
export function decide(base: Node, local: Node, remote: Node, mode: Mode): Decision {
  if (sameNode(local, remote)) return AGREE;
  if (mode === 'mirror') return TO_REMOTE;
  if (local?.kind === 'file' && remote?.kind === 'file') {
    const merged = mergeFiles(base?.kind === 'file' ? base : undefined, local, remote, mode);
    if (merged) return merged;
  }
  if (mode === 'push') return decideOneWay(base, local, remote, TO_REMOTE);
  if (mode === 'pull') return decideOneWay(base, remote, local, TO_LOCAL);
  if (sameNode(remote, base)) return TO_REMOTE;
  if (sameNode(local, base)) return TO_LOCAL;
  if (!local) return TO_LOCAL;
  if (!remote) return TO_REMOTE;
  return CONFLICT;
}

const AGREE: Decision = { kind: 'agree' };
const TO_REMOTE: Decision = { kind: 'toRemote' };
const TO_LOCAL: Decision = { kind: 'toLocal' };
const LEAVE: Decision = { kind: 'leave' };
const CONFLICT: Decision = { kind: 'conflict' };

/** Push, and with the sides exchanged pull: `forward` makes the destination like the source. */
function decideOneWay(base: Node, source: Node, destination: Node, forward: Decision): Decision {
  if (!destination) return forward;
  if (!source) return base && sameNode(destination, base) ? forward : LEAVE;
  if (base && sameNode(destination, base)) return forward;
  const withFolder = source.kind === 'directory' || destination.kind === 'directory';
  return base || withFolder ? CONFLICT : forward;
}

/** Content and executable bit merged apart from each other; undefined where the contents need the table. */
function mergeFiles(
  base: FileEntry | undefined,
  local: FileEntry,
  remote: FileEntry,
  mode: Mode,
): Decision | undefined {
  const winner = mergeContents(base, local, remote, mode);
  if (!winner) return undefined;
  const entry = { ...winner, executable: mergeBits(base?.executable, local.executable, remote.executable, mode) };
  if (sameEntry(entry, local)) return TO_REMOTE;
  return sameEntry(entry, remote) ? TO_LOCAL : { kind: 'merge', entry };
}

function mergeContents(
  base: FileEntry | undefined,
  local: FileEntry,
  remote: FileEntry,
  mode: Mode,
): FileEntry | undefined {
  if (local.content === remote.content) return remote;
  if (mode !== 'two-way' || !base) return undefined;
  if (local.content === base.content) return remote;
  return remote.content === base.content ? local : undefined;
}

/** Where the sides differ, one of them differs from the base and is right; without a base the source is, or "executable". */
function mergeBits(base: boolean | undefined, local: boolean, remote: boolean, mode: Mode): boolean {
  if (local === remote || mode === 'push') return local;
  if (mode === 'pull') return remote;
  return base === undefined ? true : !base;
}
