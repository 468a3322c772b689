import { SQLITE, sqliteCode } from '../../protocol/disk/sqliteLock.ts';
import { SynclineError } from '../../protocol/errors.ts';

/** A failure of SQLite as a coded error. A database that was closed means that the server is stopping. */
export function databaseError(error: unknown): SynclineError {
  if (error instanceof SynclineError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE')
    return new SynclineError('ServerStopping', undefined, { cause: error });
  const code = sqliteCode(error);
  if (code === undefined) return SynclineError.from(error);
  const cause = { cause: error };
  switch (code) {
    case SQLITE.full:
      return new SynclineError('DiskFull', undefined, cause);
    case SQLITE.busy:
    case SQLITE.locked:
      return new SynclineError('TargetBusy', 'Another server is serving this folder.', cause);
    case SQLITE.readOnly:
    case SQLITE.cannotOpen:
      return new SynclineError('AccessDenied', "The share's state folder cannot be written.", cause);
    default:
      return new SynclineError('StorageFailed', "The share's index cannot be read or written.", cause);
  }
}
