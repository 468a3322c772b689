import { SynclineError } from '../../protocol/errors.ts';
import type { Log } from '../../log.ts';
import type { Purge } from '../history.ts';
import type { ChangeRecorder } from './changeRecorder.ts';
import type { Exclusive } from './exclusive.ts';
import type { Retention } from './retention.ts';
import type { Staging } from './staging.ts';

export interface MaintenanceParts {
  readonly retention: Retention;
  readonly staging: Staging;
  readonly recorder: ChangeRecorder;
  readonly log: Log;
  readonly clock: () => number;
}

const EVERY_MS = 10 * 60_000;
/** Sooner when history has grown by so much. */
const GROWTH_BYTES = 256 * 1024 * 1024;

/** Does the share's housekeeping in small steps between the commits. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #exclusive: Exclusive;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #seenBytes = 0;
  #swept = false;
  #closed = false;

  constructor(parts: MaintenanceParts, exclusive: Exclusive) {
    this.#parts = parts;
    this.#exclusive = exclusive;
  }

  /** Begins with what a crash may have left behind. */
  start(): void {
    this.#timer = setInterval(() => this.#kick(), EVERY_MS);
    this.#timer.unref();
    void this.run();
  }

  /** Resolves when everything there is to do has been done; what goes wrong is logged. */
  async run(): Promise<void> {
    await this.#running;
    await (this.#running ??= this.#housekeep());
  }

  afterChange(): void {
    if (this.#parts.recorder.keptBytes - this.#seenBytes > GROWTH_BYTES) this.#kick();
  }

  async purge(versions: Purge): Promise<{ versions: number }> {
    return { versions: await this.#step(this.#parts.retention.purge(versions)) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #kick(): void {
    if (!this.#closed) this.#running ??= this.#housekeep();
  }

  async #housekeep(): Promise<void> {
    const { retention, staging, recorder, log, clock } = this.#parts;
    this.#seenBytes = recorder.keptBytes;
    try {
      if (!this.#swept) await this.#step(retention.sweep());
      this.#swept = true;
      await this.#step(retention.run());
      staging.clean(clock());
    } catch (error) {
      if (!this.#closed) log.warn({ error }, 'Housekeeping of the share failed');
    } finally {
      this.#running = undefined;
    }
  }

  async #step<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      if (this.#closed) throw new SynclineError('ServerStopping');
      const step = await this.#exclusive.run(async () => steps.next());
      if (step.done) return step.value;
    }
  }
}
