import type { ErrorName } from '../../../server/protocol/errors.ts';
import { ERRORS } from '../../../server/protocol/errors.ts';

/** What a person can do about a failure, as buttons of its message; the first is the one most likely wanted. */
export type ErrorAction =
  | 'Retry'
  | 'Set Token'
  | 'Connect'
  | 'Open Settings'
  | 'Preview Sync'
  | 'Show Log'
  | 'Manage Trust';

const SPECIAL: Partial<Record<ErrorName, readonly ErrorAction[]>> = {
  Unauthorized: ['Set Token', 'Show Log'],
  Forbidden: ['Set Token', 'Show Log'],
  UnknownShare: ['Connect', 'Show Log'],
  ConnectionFailed: ['Retry', 'Connect', 'Show Log'],
  BrakeStopped: ['Preview Sync', 'Show Log'],
  Usage: ['Show Log'],
  Untrusted: ['Manage Trust', 'Show Log'],
};

export function actionsFor(code: ErrorName, canRetry: boolean): readonly ErrorAction[] {
  const actions = SPECIAL[code] ?? (ERRORS[code].retryable ? ['Retry', 'Show Log'] : ['Show Log']);
  return canRetry ? actions : actions.filter((action) => action !== 'Retry');
}
