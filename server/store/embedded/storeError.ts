import { diskError, isMissing } from '../../protocol/disk/diskError.ts';
import { SynclineError } from '../../protocol/errors.ts';

/** A failure in the folders of the store itself: when they are not there, nothing of the share is. */
export function storeError(error: unknown, what: string): SynclineError {
  return isMissing(error) ? new SynclineError('ShareUnavailable', undefined, { cause: error }) : diskError(error, what);
}
