import type { ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { nextAttempt } from './backOff.ts';

/**
 * The life of a connection that is kept up. `connecting` and `waiting` alternate until it is `online`; `failed` is where
 * trying again is useless until a person changes something (another token, another address).
 */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'online' }
  | { readonly kind: 'waiting'; readonly attempt: number; readonly until: number; readonly error: SynclineError }
  | { readonly kind: 'failed'; readonly error: SynclineError }
  | { readonly kind: 'closed' };

/**
 * `wanted`: somebody needs a client now. `retry`: a person asks for another attempt, after a final error too. `now` is a time
 * in milliseconds, `random` is between 0 and 1.
 */
export type ConnectionEvent =
  | { readonly kind: 'wanted' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'waited' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost'; readonly error: SynclineError; readonly now: number; readonly random: number }
  | { readonly kind: 'closed' };

export interface RetryPolicy {
  /** False: the first failure is final, as suits a command that runs once. `onceOnline`: the very first attempt must succeed. */
  readonly keepTrying: boolean | 'onceOnline';
}

/** Errors that no amount of trying cures. */
const FINAL: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'Unauthorized',
  'VersionMismatch',
  'UnknownShare',
  'Forbidden',
  'Unsupported',
  'Usage',
]);

export const isFinal = (error: SynclineError): boolean => FINAL.has(error.code);

/** Pure: what `event` makes of `state`. The same object comes back when nothing changes. */
export function reduceConnection(state: ConnectionState, event: ConnectionEvent, policy: RetryPolicy): ConnectionState {
  if (state.kind === 'closed') return state;
  switch (event.kind) {
    case 'closed':
      return { kind: 'closed' };
    case 'retry':
      if (state.kind === 'failed') return { kind: 'connecting', attempt: 0 };
      return attemptNow(state);
    case 'wanted':
      return attemptNow(state);
    case 'waited':
      return state.kind === 'waiting' ? { kind: 'connecting', attempt: state.attempt } : state;
    case 'connected':
      return state.kind === 'connecting' ? { kind: 'online' } : state;
    case 'lost':
      return afterLoss(state, event, policy);
  }
}

function attemptNow(state: ConnectionState): ConnectionState {
  if (state.kind === 'idle') return { kind: 'connecting', attempt: 0 };
  // a server that asked for a pause gets it, however much somebody wants to go on
  if (state.kind !== 'waiting' || state.error.code === 'TooManyAttempts') return state;
  return { kind: 'connecting', attempt: state.attempt };
}

function afterLoss(
  state: ConnectionState,
  { error, now, random }: Extract<ConnectionEvent, { kind: 'lost' }>,
  policy: RetryPolicy,
): ConnectionState {
  if (state.kind !== 'connecting' && state.kind !== 'online') return state;
  const isFirstAttempt = state.kind === 'connecting' && state.attempt === 0;
  const giveUp = policy.keepTrying === 'onceOnline' ? isFirstAttempt : !policy.keepTrying;
  if (giveUp || isFinal(error)) return { kind: 'failed', error };
  const attempt = state.kind === 'online' ? 1 : state.attempt + 1;
  const wait = Math.max(nextAttempt(attempt, random), error.data.retryAfterMs ?? 0);
  return { kind: 'waiting', attempt, until: now + wait, error };
}
