import { SynclineError } from '../errors.ts';

/** Why a signal was aborted: the coded error it was given, else `Cancelled`. */
export function abortReason(signal: AbortSignal | undefined): SynclineError {
  const reason: unknown = signal?.reason;
  return reason instanceof SynclineError ? reason : new SynclineError('Cancelled');
}
