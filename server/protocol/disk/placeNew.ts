import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { errnoOf } from './diskError.ts';

/**
 * Gives a file the name it is meant for, where nothing may be: fails with EEXIST when something is. A hard link does both in
 * one step; file systems without them get a rename, after a look.
 */
export function placeNew(staged: string, target: string): void {
  try {
    linkSync(staged, target);
  } catch (error) {
    if (!NO_LINKS.has(errnoOf(error) ?? '')) throw error;
    if (lstatSync(target, { throwIfNoEntry: false })) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    renameSync(staged, target);
    return;
  }
  unlinkSync(staged);
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
