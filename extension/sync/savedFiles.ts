import { SynclineError } from '../../server/protocol/errors.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { ContinuousSync } from './continuousSync.ts';
import type { SyncCycle } from './syncCycle.ts';

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

  /** What is not that simple, or goes wrong, is left to the next round. */
  send(path: WirePath): void {
    const before = this.#underWay.get(path) ?? Promise.resolve();
    const sent = before
      .then(() => this.#send(path))
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

  async #send(path: WirePath): Promise<void> {
    const isPaused = this.#continuous.state.kind === 'paused';
    const isSent = !isPaused && (await this.#cycle.express(path, (applied) => this.#continuous.tell(applied)));
    if (isSent) this.#continuous.refresh();
    else this.#continuous.hint(new Set([path]));
  }
}
