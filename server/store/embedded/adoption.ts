import type { HashedFile } from '../../protocol/disk/hashFile.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { AdoptionRun } from './adoptionRun.ts';
import type { ChangeRecorder } from './changeRecorder.ts';
import type { DurableFolders } from './durableFolders.ts';
import type { ObjectStore } from './objectStore.ts';
import type { ShareProblems } from './shareProblems.ts';
import type { ShareRoot } from './shareRoot.ts';

export interface AdoptionOptions {
  /** Files that were read already, whatever lstat says of them; used if they have not changed since. */
  readonly hashed?: ReadonlyMap<WirePath, HashedFile>;
  readonly signal?: AbortSignal | undefined;
  /**
   * Somebody is going to replace what is found. A file that has just been written is read when its time stamps are old
   * enough to tell of any later write, which takes some 30 ms.
   */
  readonly settle?: boolean;
  /** Called now and then when much has been taken in: may commit the transaction and begin another one. */
  readonly checkpoint?: () => void;
}

/**
 * Takes into the index what other programs did in the share's folder, as changes by `server`. What they overwrote or deleted
 * gets a version in history only if `objects/` holds the content.
 */
export class Adoption {
  readonly #parts: AdoptionParts;

  constructor(parts: AdoptionParts) {
    this.#parts = parts;
  }

  /**
   * Looks at these paths and at everything below them, within the recorder's open transaction; nobody else may move files
   * of the share meanwhile. Gives the paths of files that someone was writing to: they have to be looked at again.
   *
   * @throws SynclineError `ShareUnavailable`, `Cancelled`, or what the index says; then the transaction is to be rolled back.
   */
  async take(paths: Iterable<WirePath>, options: AdoptionOptions = {}): Promise<WirePath[]> {
    const run = new AdoptionRun(this.#parts, options);
    try {
      for (const path of paths) await run.look(path);
      await run.finish();
      return run.unsettled;
    } finally {
      run.close();
    }
  }
}

export interface AdoptionParts {
  readonly root: ShareRoot;
  readonly recorder: ChangeRecorder;
  readonly objects: ObjectStore;
  readonly problems: ShareProblems;
  readonly durableFolders: DurableFolders;
}
