import { collisionKey } from '../../protocol/disk/collisionKey.ts';
import type { WalkedChild, WalkedDirectory } from '../../protocol/disk/walkDirectory.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { IndexEntry } from './indexEntries.ts';
import { provesSame } from './knownIdentity.ts';

/** How a folder on disk differs from what the index says of it; nothing that a problem hides counts as missing. */
export interface FolderDifference {
  /** New, of another kind, or perhaps of other content. */
  readonly suspects: readonly WalkedChild[];
  /** In the index, not on disk. */
  readonly missing: readonly IndexEntry[];
  readonly problems: readonly Problem[];
}

/** `known`: what the index has directly in the folder. */
export function compareFolder(known: readonly IndexEntry[], walked: WalkedDirectory): FolderDifference {
  // one that vanished since its parent was listed: the next look at the parent tells
  if (walked.unreadable)
    return { suspects: [], missing: [], problems: walked.unreadable.code === 'NotFound' ? [] : [walked.unreadable] };
  const unseen = new Map(known.map((entry) => [entry.path, entry]));
  const { children, problems } = settleCollisions(walked, unseen);
  const suspects: WalkedChild[] = [];
  for (const child of children) {
    const entry = unseen.get(child.path);
    unseen.delete(child.path);
    if (!entry || !isSame(entry, child)) suspects.push(child);
  }
  for (const { path } of problems) unseen.delete(path as WirePath);
  return { suspects, missing: [...unseen.values()], problems };
}

function isSame({ entry, identity }: IndexEntry, child: WalkedChild): boolean {
  if (entry.kind !== child.kind) return false;
  if (entry.kind === 'link') return entry.target === child.target;
  return entry.kind === 'directory' || provesSame(identity, child.identity);
}

/**
 * Of names that cannot stand side by side everywhere, the one that the share had first stays, otherwise the first by name;
 * the others are problems until someone renames them.
 */
function settleCollisions(
  { children, problems }: WalkedDirectory,
  known: ReadonlyMap<string, IndexEntry>,
): { children: readonly WalkedChild[]; problems: readonly Problem[] } {
  if (!children.some((child) => child.collides)) return { children, problems };
  const winners = new Map<string, WalkedChild>();
  for (const child of children) {
    const key = collisionKey(child.name);
    const rival = winners.get(key);
    if (!rival || (known.has(child.path) && !known.has(rival.path))) winners.set(key, child);
  }
  const losers = children.filter((child) => winners.get(collisionKey(child.name)) !== child);
  return {
    children: children.filter((child) => !losers.includes(child)),
    problems: [
      ...problems,
      ...losers.map(({ path, name }) => {
        const other = winners.get(collisionKey(name))?.name ?? '';
        const message = `“${name}” and “${other}” cannot stand side by side on every system; rename one to sync both.`;
        return { path, code: 'NameCollision' as const, message };
      }),
    ],
  };
}
