/**
 * The one table of error codes. A `SynclineError` means "this operation is over"; what concerns a single path of a batch is
 * a problem, and what a person must decide is a conflict: both are data and live elsewhere.
 *
 * `actor` says who can do something about it: the person, the administrator of the server, nobody but time (`wait`), or the
 * authors (`report`). `retryable` says whether the same request may succeed later without anyone changing it.
 */
export const ERRORS = {
  ParseError: row(-32700, false, 'report', 'The message is not valid JSON.'),
  InvalidRequest: row(-32600, false, 'report', 'The message is not a valid request.'),
  UnknownMethod: row(-32601, false, 'report', 'The other side does not know this method.'),
  InvalidParams: row(-32602, false, 'person', 'A parameter is missing, of the wrong type or out of range.'),
  Internal: row(-32603, true, 'report', 'Something went wrong inside; the log of the other side has the details.'),
  Cancelled: row(-32800, true, 'person', 'Cancelled.'),

  HelloRequired: row(4001, false, 'report', 'The session must start with session/hello.'),
  VersionMismatch: row(
    4002,
    false,
    'person',
    'Client and server speak no common version of the protocol; update the older one.',
  ),
  Unauthorized: row(
    4003,
    false,
    'person',
    'The token is not accepted. Check the token, or make a new one on the server.',
  ),
  Forbidden: row(4004, false, 'admin', 'The token does not carry the right that this needs.'),
  TooManyAttempts: row(4005, true, 'wait', 'Too many failed attempts; wait before the next one.'),
  UnknownShare: row(4006, false, 'person', 'The server has no share of this name.'),

  IllegalPath: row(4101, false, 'person', 'The path is not allowed.'),
  NotFound: row(4102, false, 'person', 'There is nothing at this path.'),
  NotAFile: row(4103, false, 'person', 'A file was expected here, but something else is in its place.'),
  NotADirectory: row(4104, false, 'person', 'A folder was expected here, but something else is in its place.'),
  DirectoryNotEmpty: row(4105, false, 'person', 'The folder is not empty.'),
  AlreadyExists: row(4106, false, 'person', 'Something already exists at this path.'),
  NameCollision: row(
    4107,
    false,
    'person',
    'A name that differs only in case or spelling of accents is already taken here.',
  ),
  Changed: row(4108, false, 'person', 'It has changed since it was last seen; nothing was overwritten.'),
  AccessDenied: row(4109, false, 'admin', 'The file system refuses access.'),
  LinkOutside: row(4110, false, 'person', 'The symbolic link leads out of the share.'),
  UnsupportedType: row(4111, false, 'person', 'Only files, folders and symbolic links can be synced.'),
  HistoryEnds: row(4112, false, 'person', 'The history of the share does not reach back that far.'),

  MissingContent: row(4201, true, 'wait', 'Content named by the operation has not been uploaded.'),
  ContentMismatch: row(
    4202,
    true,
    'wait',
    'The bytes received are not the content that was announced; nothing was stored.',
  ),
  ContentGone: row(
    4203,
    true,
    'wait',
    'The content is no longer in the share; look again and ask for what is there now.',
  ),
  TransferUnknown: row(4204, true, 'wait', 'No such transfer is under way.'),
  TransferStalled: row(4205, true, 'wait', 'The transfer stopped moving and was given up; it resumes where it broke.'),
  DiskFull: row(4206, true, 'admin', 'The disk is full; nothing was changed. Free some space and try again.'),
  StorageFailed: row(4207, true, 'admin', 'The disk reported an error; nothing was changed.'),
  ShareUnavailable: row(
    4208,
    true,
    'admin',
    "The share's folder is missing or cannot be read; nothing was changed. Bring it back, or restart the server to begin anew.",
  ),

  TooLarge: row(4301, false, 'person', 'The message or list is larger than the limit.'),
  TooMany: row(4302, true, 'wait', 'Too many requests or transfers are under way.'),
  BadFrame: row(4303, false, 'report', 'A binary frame is malformed.'),

  UnknownOperation: row(4401, false, 'person', 'The server has no such job operation.'),
  JobNotFound: row(4402, false, 'person', 'There is no job with this id, or it has expired.'),
  JobEnded: row(4403, false, 'person', 'The job has already ended.'),
  JobNotEnded: row(4404, true, 'wait', 'The job has not ended yet.'),
  JobFailed: row(4405, false, 'person', 'The job failed.'),
  LimitExceeded: row(4406, false, 'person', 'The work needed more time or memory than a job may use.'),
  RevisionNotReached: row(4407, true, 'wait', 'The share has not reached the required revision.'),

  ConnectionFailed: row(
    4501,
    true,
    'person',
    'The server cannot be reached. Check the address and that the server runs.',
  ),
  ConnectionLost: row(4502, true, 'wait', 'The connection was lost.'),
  DeadlineExceeded: row(
    4503,
    true,
    'wait',
    'No answer arrived in time. The connection is very slow or broken, or the server is overloaded; try again.',
  ),
  ServerStopping: row(4504, true, 'wait', 'The server is shutting down.'),

  Usage: row(4601, false, 'person', 'The command was not understood.'),
  Unsupported: row(4602, false, 'person', 'This is not supported.'),
  BrakeStopped: row(4603, false, 'person', 'Stopped before doing something drastic; nothing was changed.'),
  RootUnavailable: row(
    4604,
    true,
    'person',
    'The local folder is missing, unreadable or no folder; nothing was changed.',
  ),
  TargetBusy: row(4605, true, 'person', 'Another Syncline process is syncing this target.'),
  CannotMerge: row(4606, false, 'person', 'The two sides cannot be merged by themselves; nothing was changed.'),
  Untrusted: row(
    4610,
    false,
    'person',
    'In Restricted Mode Syncline connects to nothing and moves nothing. Trust the workspace to use it here.',
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorName = keyof typeof ERRORS;
export type Actor = 'person' | 'admin' | 'wait' | 'report';

export interface ErrorRow {
  readonly code: number;
  readonly retryable: boolean;
  readonly actor: Actor;
  readonly message: string;
}

/** What may accompany an error over the wire: never a stack, never a path of the machine outside the share. */
export interface ErrorDetail {
  readonly path?: string;
  readonly field?: string;
  readonly index?: number;
  readonly retryAfterMs?: number;
  readonly versions?: readonly number[];
}

export interface SynclineErrorOptions {
  readonly cause?: unknown;
  readonly data?: ErrorDetail;
}

/** The only error that Syncline throws on purpose. `message` is written for a person and may be shown as it is. */
export class SynclineError extends Error {
  override readonly name = 'SynclineError';
  readonly code: ErrorName;
  readonly data: ErrorDetail;

  constructor(code: ErrorName, message?: string, options: SynclineErrorOptions = {}) {
    super(message ?? ERRORS[code].message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** Any failure as a coded one; what is not coded yet becomes `Internal` with the original as cause. */
  static from(error: unknown): SynclineError {
    if (error instanceof SynclineError) return error;
    return new SynclineError('Internal', undefined, { cause: error });
  }
}

const BY_CODE = new Map<number, ErrorName>(Object.entries(ERRORS).map(([name, { code }]) => [code, name as ErrorName]));

/** The name that belongs to a number on the wire, or undefined for numbers that are not ours. */
export const errorNameOf = (code: number): ErrorName | undefined => BY_CODE.get(code);

export const isErrorName = (value: unknown): value is ErrorName =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);

function row(code: number, retryable: boolean, actor: Actor, message: string): ErrorRow {
  return { code, retryable, actor, message };
}
