import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskError, errnoOf } from './protocol/disk/diskError.ts';
import { SynclineError } from './protocol/errors.ts';
import { makeFolders } from './protocol/disk/makeFolders.ts';

/**
 * Makes sure that a folder can be served. A missing one is made when its parent exists: deeper gaps are more likely a typing
 * error or a disk that is not mounted. Tells whether it was made.
 */
export function prepareShareDirectory(directory: string): boolean {
  try {
    const made = makeMissing(directory);
    if (!statSync(directory).isDirectory()) throw new SynclineError('NotADirectory', `${directory} is no folder.`);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return made;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw new SynclineError('NotFound', `There is no folder ${dirname(directory)} to make ${directory} in.`);
    }
    throw diskError(error, `serve ${directory}`);
  }
}

/** The state is for the server's own account alone. */
export function prepareStateDirectory(directory: string): void {
  try {
    makeFolders(directory, 0o700);
  } catch (error) {
    throw diskError(error, `make the state folder ${directory}`);
  }
}

function makeMissing(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}
