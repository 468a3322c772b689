import type { Operation } from '../../../server/protocol/messages/files.ts';
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
export const MOST_STEPS = 20_000;
/** A save is told, and then carried over; how much later that may be and still be the save, milliseconds. */
const SAVE_MS = 30_000;

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
  /** When a path was saved, or changed in the editor otherwise; it counts with all that is below it. */
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
    for (const [known, at] of this.#own) if (now - at > SAVE_MS) this.#own.delete(known);
    this.#own.set(path, isHeldBack ? Number.POSITIVE_INFINITY : now);
  }

  /** Whatever was held back has been carried over. */
  settled(): void {
    for (const [path, at] of this.#own) if (at === Number.POSITIVE_INFINITY) this.#own.delete(path);
  }

  /** What comes next belongs to another batch. */
  cut(): void {
    this.#isOpen = false;
  }

  /** Something was carried to the server, with what it implied before. True when it belongs to a batch. */
  add(step: Operation, now: number, implied: readonly Operation[] = []): boolean {
    if (pathsOf(step).some((path) => this.#isOwn(path, now))) return false;
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

  #isOwn(path: string, now: number): boolean {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const changed = this.#own.get(at);
      if (changed !== undefined && now - changed <= SAVE_MS) return true;
    }
    return false;
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
