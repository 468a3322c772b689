import { SynclineError } from '../../server/protocol/errors.ts';
import type { Brake } from './reconcile/brakes.ts';

/** `BrakeStopped` with the brake that did it: what it takes to let the sync go on depends on its kind. */
export class BrakeStop extends SynclineError {
  readonly brake: Brake;

  constructor(brake: Brake) {
    super('BrakeStopped', brake.message);
    this.brake = brake;
  }
}
