import { rmSync, unlinkSync } from 'node:fs';
import { errnoOf } from '../../protocol/disk/diskError.ts';

/** Removes a temporary file or folder that is of no use any more. What cannot be removed now goes with the next start. */
export function removeLeftover(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') removeFolder(file);
  }
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // whoever calls this is busy with something that matters more
  }
}
