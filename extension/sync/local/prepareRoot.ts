import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { diskError } from '../../../server/protocol/disk/diskError.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';

/**
 * The real path of the local folder. `mayMake`: a missing one is made, if the folder above it is there (if that is missing as
 * well, it is more likely a typing error, or a disk that is not mounted).
 *
 * @throws SynclineError `RootUnavailable`
 */
export function prepareRoot(root: string, mayMake: boolean): string {
  const absolute = resolve(root);
  try {
    if (mayMake && !existsSync(absolute) && existsSync(dirname(absolute))) mkdirSync(absolute);
    if (!statSync(absolute).isDirectory()) throw new SynclineError('NotADirectory', 'It is no folder.');
    return realpathSync(absolute);
  } catch (error) {
    const { message } = diskError(error, 'open it');
    throw new SynclineError(
      'RootUnavailable',
      `The local folder ${absolute} is unavailable; nothing was changed. ${message}`,
      { cause: error },
    );
  }
}
