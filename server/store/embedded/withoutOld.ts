import { readdirSync, rmSync } from 'node:fs';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { DiskChanges } from './diskChanges.ts';
import { OperationFailure } from './operationFailure.ts';

/**
 * Does something at a path for which what is there has to be out of the way, where one rename cannot do it: an empty folder
 * that a file replaces, or the reverse. If `work` fails, the old is put back.
 *
 * @throws OperationFailure `DirectoryNotEmpty` for a folder that is not empty, and what `work` throws
 */
export function withoutOld<T>(disk: DiskChanges, path: WirePath, work: () => T): T {
  const isFolder = disk.stat(path)?.isDirectory() ?? false;
  const aside = disk.moveOut(path);
  let result: T;
  try {
    if (isFolder && readdirSync(aside).length > 0)
      throw new OperationFailure(
        path,
        'DirectoryNotEmpty',
        `The folder “${printable(path)}” holds files that are not synced.`,
      );
    result = work();
  } catch (error) {
    disk.moveBack(aside, path);
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
  return result;
}
