import { type BigIntStats, chmodSync, chownSync } from 'node:fs';
import { errnoOf } from '../../protocol/disk/diskError.ts';

/** Permission bits with or without "executable", which whoever may read gets. Never more than the nine bits. */
export const withExecutable = (mode: number, executable: boolean): number =>
  executable ? (mode & 0o777) | ((mode & 0o444) >> 2) : mode & 0o666;

/**
 * Gives a file that is about to take the place of `old` (null: of nothing) its mode, and its owner where the process may do
 * that. `mode` is what the file has. Tells whether anything had to be changed.
 */
export function inheritMode(file: string, mode: number, old: BigIntStats | null, executable: boolean): boolean {
  const owned = old !== null && inheritOwner(file, old);
  const wanted = withExecutable(old === null ? mode : Number(old.mode), executable);
  if (wanted === mode) return owned;
  chmodSync(file, wanted);
  return true;
}

function inheritOwner(file: string, old: BigIntStats): boolean {
  const [user, group] = [Number(old.uid), Number(old.gid)];
  if (process.geteuid?.() !== 0 || (user === 0 && group === process.getegid?.())) return false;
  try {
    chownSync(file, user, group);
    return true;
  } catch (error) {
    // root without the right to give files away, or a file system without owners
    if (errnoOf(error) === 'EPERM' || errnoOf(error) === 'EINVAL') return false;
    throw error;
  }
}
