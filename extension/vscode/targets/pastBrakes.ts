import { BrakeStop } from '../../sync/brakeStop.ts';
import type { ProductionGuard } from '../production/productionGuard.ts';
import { askBrake } from './targetQuestions.ts';
import type { ConfiguredTarget } from './targetSettings.ts';

/**
 * Does what a person asked for; where a brake stops it, they are asked, and their word counts for that brake alone. Who lets a
 * brake of a production target go has been told that it is one.
 * @throws SynclineError `BrakeStopped` when the answer is no, and whatever the work throws
 */
export async function pastBrakes<T>(
  target: ConfiguredTarget,
  guard: ProductionGuard,
  work: (confirmed: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    if (!(error instanceof BrakeStop)) throw error;
    const { kind, message } = error.brake;
    if (kind === 'guarded') {
      if (!(await guard.may(target.address))) throw error;
      return pastBrakes(target, guard, work);
    }
    if (!(await askBrake(target, message, guard.isProduction(target.address)))) throw error;
    guard.allow(target.address.url);
    return work(true);
  }
}
