import type { SynclineError } from '../../server/protocol/errors.ts';
import type { Brake } from './reconcile/brakes.ts';

/** How a target that is synced continuously is doing. */
export type SyncState =
  /** Being looked at for the first time, or carrying a plan out. */
  | { readonly kind: 'syncing' }
  /** Both sides agree as far as the mode wants them to. */
  | { readonly kind: 'inSync'; readonly rev: number }
  /** The rest agrees. */
  | { readonly kind: 'conflicts'; readonly count: number; readonly problems: number }
  | { readonly kind: 'problems'; readonly count: number }
  | { readonly kind: 'paused' }
  /** There is no connection; it goes on by itself when there is one. */
  | { readonly kind: 'offline' }
  /** Waits for a person to confirm; goes on by itself when what made it stop is gone. */
  | { readonly kind: 'stopped'; readonly brake: Brake }
  /** Tried again from time to time. */
  | { readonly kind: 'failed'; readonly error: SynclineError };

/** What decides about the state. */
export interface StateFacts {
  readonly isPaused: boolean;
  readonly isOnline: boolean;
  /** A plan is being carried out, or nothing has been looked at yet. */
  readonly isWorking: boolean;
  readonly brake: Brake | null;
  readonly error: SynclineError | null;
  readonly conflicts: number;
  readonly problems: number;
  readonly rev: number;
}

/** Pure: the worst that is true. */
export function stateOf(facts: StateFacts): SyncState {
  if (facts.isPaused) return { kind: 'paused' };
  if (facts.error) return { kind: 'failed', error: facts.error };
  if (!facts.isOnline) return { kind: 'offline' };
  if (facts.isWorking) return { kind: 'syncing' };
  if (facts.brake) return { kind: 'stopped', brake: facts.brake };
  if (facts.conflicts > 0) return { kind: 'conflicts', count: facts.conflicts, problems: facts.problems };
  if (facts.problems > 0) return { kind: 'problems', count: facts.problems };
  return { kind: 'inSync', rev: facts.rev };
}
