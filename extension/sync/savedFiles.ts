import { SynclineError } from '../../server/protocol/errors.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { ContinuousSync } from './continuousSync.ts';
import type { SyncCycle } from './syncCycle.ts';

/** A larger file is sent by a round where none is under way: it tells how far it is, and can be stopped. */
const MOST_BYTES = 1024 * 1024;

/** Sends files as they are saved; those of one path one after the other, those of different paths side by side. */
export class SavedFiles {
  readonly #cycle: Pick<SyncCycle, 'express'>;
  readonly #continuous: Pick<ContinuousSync, 'state' | 'tell' | 'refresh' | 'hint'>;
  readonly #log: (event: string, data: object) => void;
  readonly #underWay = new Map<WirePath, Promise<void>>();

  constructor(
    cycle: Pick<SyncCycle, 'express'>,
    continuous: Pick<ContinuousSync, 'state' | 'tell' | 'refresh' | 'hint'>,
    log: (event: string, data: object) => void,
  ) {
    this.#cycle = cycle;
    this.#continuous = continuous;
    this.#log = log;
  }

  /**
   * What is not that simple, or goes wrong, is left to the next round. `isIdle`: so is what takes a while, and a round confirms what
   * was sent.
   */
  send(path: WirePath, isIdle = false): void {
    const before = this.#underWay.get(path) ?? Promise.resolve();
    const sent = before
      .then(() => this.#send(path, isIdle))
      .catch((error: unknown) => {
        this.#log('saveNotSent', { path, code: SynclineError.from(error).code });
        this.#continuous.hint(new Set([path]));
      })
      .finally(() => {
        if (this.#underWay.get(path) === sent) this.#underWay.delete(path);
      });
    this.#underWay.set(path, sent);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #send(path: WirePath, isIdle: boolean): Promise<void> {
    const isPaused = this.#continuous.state.kind === 'paused';
    const most = isIdle ? MOST_BYTES : Infinity;
    const isSent = !isPaused && (await this.#cycle.express(path, (applied) => this.#continuous.tell(applied), most));
    if (isSent && !isIdle) this.#continuous.refresh();
    else this.#continuous.hint(new Set([path]));
  }
}
