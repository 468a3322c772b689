import { SynclineError } from '../../../server/protocol/errors.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import { isMarked, type MarkedPlace, markOfAddress, type ProductionMark } from './productionMarks.ts';

export interface ProductionGuardOptions {
  /** What the person's own settings mark. */
  readonly marks: () => readonly ProductionMark[];
  /** A question that stops everything else; false is a no. */
  readonly ask: (place: MarkedPlace) => Promise<boolean>;
}

/**
 * Lets nothing be written to what is marked as production before a person has agreed, once per server and session of the
 * window. It is the last thing before a write, whoever writes: commands, documents, and the sync through its brake.
 */
export class ProductionGuard {
  readonly #options: ProductionGuardOptions;
  readonly #changes = new Listeners<void>();
  readonly #allowed = new Set<string>();
  readonly #asking = new Map<string, Promise<boolean>>();
  #targets: readonly ProductionMark[] = [];

  constructor(options: ProductionGuardOptions) {
    this.#options = options;
  }

  /** Called when other places are marked, and when a server may be written to from now on. */
  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  /** Targets whose own settings say that they are production. */
  setTargets(places: readonly MarkedPlace[]): void {
    this.#targets = places.map(markOfAddress);
    this.#changes.emit();
  }

  /** The settings may say otherwise now. */
  refresh(): void {
    this.#changes.emit();
  }

  isProduction(place: MarkedPlace): boolean {
    return isMarked(place, this.#targets) || isMarked(place, this.#options.marks());
  }

  /** Whether nobody has agreed yet to its being written to. */
  holds(place: MarkedPlace): boolean {
    return !this.#allowed.has(place.url) && this.isProduction(place);
  }

  allow(url: string): void {
    if (this.#allowed.has(url)) return;
    this.#allowed.add(url);
    this.#changes.emit();
  }

  /** Asks where that is needed; whoever else wants to write meanwhile waits for the same answer. False: it may not be. */
  async may(place: MarkedPlace): Promise<boolean> {
    if (!this.holds(place)) return true;
    const asking = this.#asking.get(place.url) ?? this.#options.ask(place);
    this.#asking.set(place.url, asking);
    try {
      if (await asking) this.allow(place.url);
    } finally {
      this.#asking.delete(place.url);
    }
    return !this.holds(place);
  }

  /** @throws SynclineError `Cancelled` when it may not be written to */
  async require(places: readonly MarkedPlace[]): Promise<void> {
    const held = places.find((place) => this.holds(place));
    if (held && !(await this.may(held))) throw new SynclineError('Cancelled');
  }
}
