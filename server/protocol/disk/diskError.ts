import { type ErrorName, SynclineError } from '../errors.ts';

/** Error codes of the operating system that say something a person can act on; every other one is `StorageFailed`. */
const CODES: Readonly<Record<string, ErrorName>> = {
  ENOSPC: 'DiskFull',
  EDQUOT: 'DiskFull',
  EACCES: 'AccessDenied',
  EPERM: 'AccessDenied',
  EROFS: 'AccessDenied',
  ETXTBSY: 'AccessDenied',
  EBUSY: 'AccessDenied',
  ENOENT: 'NotFound',
  ENOTDIR: 'NotADirectory',
  ELOOP: 'NotADirectory',
  EISDIR: 'NotAFile',
  ENOTEMPTY: 'DirectoryNotEmpty',
  EEXIST: 'AlreadyExists',
  ENAMETOOLONG: 'IllegalPath',
  EILSEQ: 'IllegalPath',
  EINVAL: 'IllegalPath',
  EMFILE: 'TooMany',
  ENFILE: 'TooMany',
};

const REASONS: Partial<Record<ErrorName, string>> = {
  DiskFull: 'the disk is full',
  AccessDenied: 'the file system refuses access',
  NotFound: 'it is not there',
  NotADirectory: 'something on the way is not a folder',
  NotAFile: 'a folder is in its place',
  DirectoryNotEmpty: 'the folder is not empty',
  AlreadyExists: 'something is there already',
  IllegalPath: 'the file system does not accept the name',
  TooMany: 'too many files are open',
};

/**
 * A failure of a file system call as a coded error: "Failed to `what`: reason". The text never holds a path of the machine,
 * so give `what` in words of the share, for example `write “src/a.ts”`. Coded errors and aborts pass through unchanged.
 */
export function diskError(error: unknown, what: string, path?: string): SynclineError {
  if (error instanceof SynclineError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new SynclineError('Cancelled', undefined, { cause: error });
  const errno = errnoOf(error);
  const code: ErrorName = errno === undefined ? 'Internal' : (CODES[errno] ?? 'StorageFailed');
  const reason = REASONS[code] ?? (errno === undefined ? 'something went wrong inside' : `the disk reported ${errno}`);
  return new SynclineError(code, `Failed to ${what}: ${reason}.`, {
    cause: error,
    ...(path === undefined ? {} : { data: { path } }),
  });
}

/** The operating system's code (`ENOENT`, …) of an error, if it carries one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** Whether an error says that there is nothing at a path (a missing parent, or one that is no folder, included). */
export function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
