import { dirname } from 'node:path';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { DownloadSafety } from '../../connect/copy/download.ts';
import { SafetyCopies } from './safetyCopies.ts';
import type { SafetyPlace } from './safetyPlaces.ts';

/** Safety copies of what one download replaces; all of them belong together. Old ones are removed first. */
export class OneDownloadSafety implements DownloadSafety {
  readonly #copies: SafetyCopies;
  #folder: string | undefined;

  constructor({ folder }: Pick<SafetyPlace, 'folder'>, now: () => number = Date.now) {
    this.#copies = new SafetyCopies(folder, now);
    this.#copies.prune();
  }

  /** Where the copies are; undefined while nothing was kept. */
  get folder(): string | undefined {
    return this.#folder;
  }

  keep(file: string, path: string): void {
    let folder = this.#copies.copy(file, path as WirePath);
    for (const _ of path.split('/')) folder = dirname(folder);
    this.#folder = folder;
  }

  sync(): Promise<void> {
    return this.#copies.sync();
  }
}
