import type { ErrorName } from '../../server/protocol/errors.ts';

/** What `syncline` answers to the shell; part of its stable interface. */
export const EXIT = {
  done: 0,
  /** Done, but conflicts or problems remain; or one path could not be done. */
  remaining: 1,
  usage: 2,
  refused: 3,
  brake: 4,
  /** 128 + the number of the signal, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const;

type Reason = 'remaining' | 'usage' | 'refused' | 'brake' | 'interrupted';

/** Why each error ends a command. */
const REASON = {
  ParseError: 'refused',
  InvalidRequest: 'refused',
  UnknownMethod: 'refused',
  InvalidParams: 'usage',
  Internal: 'remaining',
  Cancelled: 'interrupted',

  HelloRequired: 'refused',
  VersionMismatch: 'refused',
  Unauthorized: 'refused',
  Forbidden: 'refused',
  TooManyAttempts: 'refused',
  UnknownShare: 'refused',

  IllegalPath: 'usage',
  NotFound: 'remaining',
  NotAFile: 'remaining',
  NotADirectory: 'remaining',
  DirectoryNotEmpty: 'remaining',
  AlreadyExists: 'remaining',
  NameCollision: 'remaining',
  Changed: 'remaining',
  AccessDenied: 'remaining',
  LinkOutside: 'remaining',
  UnsupportedType: 'remaining',

  HistoryEnds: 'remaining',
  MissingContent: 'remaining',
  ContentMismatch: 'remaining',
  ContentGone: 'remaining',
  TransferUnknown: 'remaining',
  TransferStalled: 'refused',
  DiskFull: 'remaining',
  StorageFailed: 'remaining',
  ShareUnavailable: 'remaining',

  TooLarge: 'usage',
  TooMany: 'refused',
  BadFrame: 'refused',

  UnknownOperation: 'usage',
  JobNotFound: 'remaining',
  JobEnded: 'remaining',
  JobNotEnded: 'remaining',
  JobFailed: 'remaining',
  LimitExceeded: 'remaining',
  RevisionNotReached: 'remaining',

  ConnectionFailed: 'refused',
  ConnectionLost: 'refused',
  DeadlineExceeded: 'refused',
  ServerStopping: 'refused',

  Usage: 'usage',
  Untrusted: 'usage',
  Unsupported: 'usage',
  BrakeStopped: 'brake',
  RootUnavailable: 'brake',
  TargetBusy: 'remaining',
  CannotMerge: 'remaining',
} as const satisfies Record<ErrorName, Reason>;

export const exitStatusOf = (code: ErrorName): number => EXIT[REASON[code]];
