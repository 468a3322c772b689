import type { WirePath } from '../../protocol/wirePath.ts';
import type { ShareEvent } from '../feed.ts';
import type { Adoption, AdoptionOptions } from './adoption.ts';
import type { ChangeRecorder } from './changeRecorder.ts';
import type { ObjectStore } from './objectStore.ts';

export interface TakeInParts {
  readonly recorder: ChangeRecorder;
  readonly adoption: Adoption;
  readonly objects: Pick<ObjectStore, 'sync'>;
}

/**
 * Takes in what paths hold, as a transaction of its own (several, if there is much), and tells what changed by that. Gives
 * what was not settled.
 */
export async function takeIn(
  { recorder, adoption, objects }: TakeInParts,
  paths: readonly WirePath[],
  options: AdoptionOptions,
  tell: (event: ShareEvent) => void,
): Promise<readonly WirePath[]> {
  const commit = (): void => {
    const event = recorder.commit();
    if (event.changes.length > 0) tell(event);
  };
  const checkpoint = (): void => {
    commit();
    recorder.begin();
  };
  recorder.begin();
  try {
    const unsettled = await adoption.take(paths, { ...options, checkpoint });
    // history that is told of must be there after a power cut
    await objects.sync();
    commit();
    return unsettled;
  } catch (error) {
    recorder.rollback();
    throw error;
  }
}
