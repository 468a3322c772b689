import type { WirePath } from '../../protocol/wirePath.ts';
import type { ShareEvent } from '../feed.ts';
import type { Adoption, AdoptionOptions } from './adoption.ts';
import type { ChangeRecorder } from './changeRecorder.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ShareRoot } from './shareRoot.ts';
import { syncTaken } from './syncTaken.ts';

export interface TakeInParts {
  readonly recorder: ChangeRecorder;
  readonly adoption: Adoption;
  readonly objects: Pick<ObjectStore, 'sync'>;
  readonly root: ShareRoot;
}

export interface TakeInOptions extends AdoptionOptions {
  /** Some of it may be our own work, left halfway. */
  readonly mayBeUnsynced?: boolean;
}

/**
 * Takes in what paths hold, as a transaction of its own (several, if there is much), and tells what changed by that. Gives
 * what was not settled.
 */
export async function takeIn(
  { recorder, adoption, objects, root }: TakeInParts,
  paths: readonly WirePath[],
  options: TakeInOptions,
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
    if (options.mayBeUnsynced && recorder.cursor.rev > recorder.pending) await sync(root, recorder);
    // history that is told of must be there after a power cut
    await objects.sync();
    commit();
    return unsettled;
  } catch (error) {
    recorder.rollback();
    throw error;
  }
}

async function sync(root: ShareRoot, { uncommitted }: ChangeRecorder): Promise<void> {
  const jail = root.jail();
  try {
    await syncTaken(jail, uncommitted);
  } finally {
    jail.close();
  }
}
