import type { Entry, FileEntry } from '../../../server/protocol/entry.ts';
import type { ContentId } from '../../../server/protocol/contentId.ts';
import { isMissing } from '../../../server/protocol/disk/diskError.ts';
import { hashFile } from '../../../server/protocol/disk/hashFile.ts';
import type { Jail } from '../../../server/protocol/disk/jail.ts';
import { isExecutable, type StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';
import { lookAtPath, type WalkedChild } from '../../../server/protocol/disk/walkDirectory.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { isGone } from './localReader.ts';
import type { StatCache } from './statCache.ts';

/** What is at a path: 'other' for what cannot be synced, null for nothing. */
export function lookAt(jail: Jail, path: WirePath): WalkedChild | 'other' | null {
  try {
    const found = lookAtPath(jail, path);
    return found && 'code' in found ? 'other' : found;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * Whether a path still holds what a plan was based on: by its identity where the cache knows that, else by reading it again.
 * Returns what was found, `null` for the nothing that was expected, and `undefined` when it holds something else.
 */
export async function stillHolds(
  jail: Jail,
  cache: StatCache,
  path: WirePath,
  expected: Entry | null,
): Promise<WalkedChild | null | undefined> {
  const found = lookAt(jail, path);
  if (found === null || expected === null) return found === expected ? null : undefined;
  if (found === 'other' || found.kind !== expected.kind) return undefined;
  if (expected.kind === 'link') return found.target === expected.target ? found : undefined;
  if (expected.kind === 'directory') return found;
  if (!hasBit(found.identity, expected)) return undefined;
  const known = cache.contentOf(path, found.identity);
  if (known !== undefined) return known === expected.content ? found : undefined;
  if (found.identity.size !== expected.size) return undefined;
  return holdsContent(jail, found, expected.content);
}

/** Windows has no executable bit, so it cannot have been changed there. */
const hasBit = (identity: StatIdentity, expected: FileEntry): boolean =>
  process.platform === 'win32' || isExecutable(identity) === expected.executable;

async function holdsContent(jail: Jail, found: WalkedChild, content: ContentId): Promise<WalkedChild | undefined> {
  try {
    const hashed = await hashFile(jail.at(found.path), found.path);
    return hashed.content === content ? { ...found, identity: hashed.identity } : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether two looks saw the same bytes in the same file. A second name or another one for it changes only its ctime. */
export const sameFile = (a: StatIdentity, b: StatIdentity): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
