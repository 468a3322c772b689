import { SynclineError } from '../../protocol/errors.ts';

// SQLite's primary result codes
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const FULL = 13;
const CANTOPEN = 14;

/** A failure of SQLite as a coded error. A database that was closed means that the server is stopping. */
export function databaseError(error: unknown): SynclineError {
  if (error instanceof SynclineError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE')
    return new SynclineError('ServerStopping', undefined, { cause: error });
  if (!(error instanceof Error) || !('errcode' in error)) return SynclineError.from(error);
  const cause = { cause: error };
  switch (Number(error.errcode) & 0xff) {
    case FULL:
      return new SynclineError('DiskFull', undefined, cause);
    case BUSY:
    case LOCKED:
      return new SynclineError('TargetBusy', 'Another server is serving this folder.', cause);
    case READONLY:
    case CANTOPEN:
      return new SynclineError('AccessDenied', "The share's state folder cannot be written.", cause);
    default:
      return new SynclineError('StorageFailed', "The share's index cannot be read or written.", cause);
  }
}
