import { readdirSync } from 'node:fs';
import { printable, type WirePath } from '../../protocol/wirePath.ts';
import type { DiskChanges } from './diskChanges.ts';
import { removeLeftover } from './removeLeftover.ts';
import { OperationFailure } from './operationFailure.ts';

/**
 * Does something at a path for which what is there has to be out of the way, where one rename cannot do it: an empty folder
 * that a file replaces, or the reverse. If `work` fails, the old is put back.
 *
 * @throws OperationFailure `DirectoryNotEmpty` for a folder that is not empty, and what `work` throws
 */
export function withoutOld(disk: DiskChanges, path: WirePath, work: () => void): void {
  const isFolder = disk.stat(path)?.isDirectory() ?? false;
  const aside = disk.moveOut(path);
  try {
    if (isFolder && readdirSync(aside).length > 0)
      throw new OperationFailure(
        path,
        'DirectoryNotEmpty',
        `The folder “${printable(path)}” holds files that are not synced.`,
      );
    work();
  } catch (error) {
    disk.moveBack(aside, path);
    throw error;
  }
  removeLeftover(aside);
}
