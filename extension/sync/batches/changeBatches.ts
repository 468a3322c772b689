import type { Operation } from '../../../server/protocol/messages/files.ts';
import { ancestorsOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { pathsOf } from '../plan.ts';

/** Changes that other programs made to a folder in one go, as the sync carried them to the server. */
export interface ChangeBatch {
  readonly id: string;
  /** When the first and the last of them were carried over, milliseconds since 1970 on this machine's clock. */
  readonly from: number;
  readonly to: number;
  /** In the order in which they were carried out. */
  readonly steps: readonly Operation[];
  /** False: there were more than are kept, so it cannot be undone as one. */
  readonly isComplete: boolean;
}

/** Changes belong together until nothing has happened for so long, milliseconds. */
export const QUIET_MS = 60_000;
/** Batches that are kept, and steps of all of them together. */
export const MOST_BATCHES = 20;
export const MOST_STEPS = 10_000;
/** A save is told, and then carried over; how much later that may be and still be the save, milliseconds. */
const SAVE_MS = 30_000;
/** A save may arrive in two steps; what comes so long after the first is another change, milliseconds. */
const SAVE_AGAIN_MS = 2_000;

interface Growing extends ChangeBatch {
  to: number;
  readonly steps: Operation[];
  isComplete: boolean;
}

/**
 * Groups what is carried to the server into batches. What a person saved or did in the editor is theirs to undo there, and is
 * left out. Decides by what it is told, and by the times that come with it.
 */
export class ChangeBatches {
  #batches: Growing[];
  /** Until when a change of a path is taken for the person's own, who changed it in the editor; so is all that is below it. */
  readonly #own = new Map<string, number>();
  #isOpen = false;

  constructor(kept: readonly ChangeBatch[] = []) {
    this.#batches = kept.map((batch) => ({ ...batch, steps: [...batch.steps] }));
  }

  /** Newest first. */
  get all(): readonly ChangeBatch[] {
    return this.#batches.toReversed();
  }

  find(id: string): ChangeBatch | undefined {
    return this.#batches.find((batch) => batch.id === id);
  }

  /** The person changed a path in the editor; `isHeldBack`: it is carried over when that is possible again. */
  ownChange(path: string, now: number, isHeldBack = false): void {
    for (const [known, until] of this.#own) if (now > until) this.#own.delete(known);
    this.#own.set(path, isHeldBack ? Number.POSITIVE_INFINITY : now + SAVE_MS);
  }

  /** Whatever was held back has been carried over. */
  settled(): void {
    for (const [path, until] of this.#own) if (until === Number.POSITIVE_INFINITY) this.#own.delete(path);
  }

  /** What comes next belongs to another batch. */
  cut(): void {
    this.#isOpen = false;
  }

  /** Something was carried to the server, with what it implied before. True when it belongs to a batch. */
  add(step: Operation, now: number, implied: readonly Operation[] = []): boolean {
    const own = pathsOf(step).filter((path) => this.#takesForOwn(path, now));
    if (own.length > 0) return false;
    const last = this.#batches.at(-1);
    if (!last || !this.#isOpen || now - last.to > QUIET_MS) {
      this.#isOpen = true;
      this.#batches.push({ id: idOf(now, last?.id), from: now, to: now, steps: [...implied, step], isComplete: true });
    } else if (last.steps.length < MOST_STEPS) {
      last.steps.push(...implied, step);
      last.to = now;
    } else last.isComplete = false;
    this.#forget();
    return true;
  }

  /** Whether a change of the path is the person's own; one that comes much later than this is not. */
  #takesForOwn(path: WirePath, now: number): boolean {
    const until = this.#own.get(path) ?? -1;
    if (now <= until) this.#own.set(path, Math.min(until, now + SAVE_AGAIN_MS));
    const above = ancestorsOf(path).some((folder) => now <= (this.#own.get(folder) ?? -1));
    return now <= until || above;
  }

  #forget(): void {
    let steps = this.#batches.reduce((sum, batch) => sum + batch.steps.length, 0);
    while (this.#batches.length > 1 && (this.#batches.length > MOST_BATCHES || steps > MOST_STEPS))
      steps -= this.#batches.shift()?.steps.length ?? 0;
  }
}

/** Its time; two batches never share an id. */
function idOf(now: number, before: string | undefined): string {
  const id = new Date(now).toISOString();
  return before?.startsWith(id) === true ? `${before}+` : id;
}
