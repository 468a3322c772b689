import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Clock } from '../../connect/clock.ts';
import type { AppliedOperation } from '../plan.ts';
import type { Side } from './differences.ts';

/** So long after the last of them, deletions that nobody confirmed still count together with new ones. Milliseconds. */
export const COUNTED_MS = 5 * 60_000;
/**
 * What was made by a sync no longer ago than this, and goes again, was never part of what is being protected; unless it is
 * most of what there is, as after a first sync.
 */
export const YOUNG_MS = 60_000;

/** How much of a side has gone lately, and how much more a plan would delete of it. */
export interface DeletionCount {
  /** Entries that syncing deleted in this window, and that have not come back. */
  readonly gone: number;
  /** Deletions of the plan, without those of entries that have only just come. */
  readonly going: number;
}

/** What outlives the process. */
export interface StoredDeletions {
  readonly local: number;
  readonly remote: number;
  /** When the last one happened, or was held back, by the time of day: the one clock that outlives a process. */
  readonly at: number;
  readonly isHeld: boolean;
}

/**
 * What syncing deleted lately without a person's word, so that a large deletion counts as one however small the portions are
 * in which it arrives. A window begins with a deletion and ends when for {@link COUNTED_MS} there was none, or when a person
 * confirms. While a brake holds a plan back it does not end by itself. Does no input or output.
 */
export class RecentDeletions {
  readonly #gone: Record<Side, Set<string>> = { local: new Set(), remote: new Set() };
  /** Counted by an earlier process, which alone knew the paths. */
  #earlier: Record<Side, number> = { local: 0, remote: 0 };
  /** When syncing made what is there, the oldest first. */
  readonly #made: Record<Side, Map<string, number>> = { local: new Map(), remote: new Map() };
  readonly #sparesYoung: Record<Side, boolean> = { local: false, remote: false };
  readonly #clock: Pick<Clock, 'now' | 'uptime'>;
  /** The same moment by both clocks: of how long it is ago the one that never jumps is asked. */
  #at = 0;
  #timeOfDay = 0;
  #isHeld = false;

  constructor(clock: Pick<Clock, 'now' | 'uptime'>, stored: StoredDeletions | null = null) {
    this.#clock = clock;
    if (!stored) return;
    this.#earlier = { local: stored.local, remote: stored.remote };
    this.#timeOfDay = stored.at;
    this.#at = clock.uptime() - Math.max(0, clock.now() - stored.at);
    this.#isHeld = stored.isHeld;
  }

  get stored(): StoredDeletions | null {
    const [local, remote] = [this.#count('local'), this.#count('remote')];
    return local + remote === 0 ? null : { local, remote, at: this.#timeOfDay, isHeld: this.#isHeld };
  }

  /** To be called with everything that is done to a side. */
  note({ side, operation }: AppliedOperation): void {
    this.#forgetOld();
    const [gone, made] = [this.#gone[side], this.#made[side]];
    if (operation.kind === 'delete') {
      if (made.delete(operation.path) && this.#sparesYoung[side]) return;
      gone.add(operation.path);
      this.#begin();
    } else if (operation.kind !== 'rename') {
      const isBack = gone.delete(operation.path);
      const isNew = operation.kind === 'makeDirectory' || operation.expect === null;
      if (isNew && !isBack) made.set(operation.path, this.#clock.uptime());
    }
  }

  /** What these operations of a plan would come to on a side that holds so many entries; they are counted only if it matters. */
  count(side: Side, operations: readonly Operation[], entries: () => number): DeletionCount {
    this.#forgetOld();
    const [gone, made] = [this.#gone[side], this.#made[side]];
    const spares = made.size === 0 || made.size * 2 <= entries();
    this.#sparesYoung[side] = spares;
    let going = 0;
    for (const operation of operations) {
      if (operation.kind !== 'delete' || gone.has(operation.path)) continue;
      if (!spares || !made.has(operation.path)) going++;
    }
    return { gone: this.#count(side), going };
  }

  /** Whether a brake holds a plan back because of what {@link count} said. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#begin();
    this.#isHeld = isHeld;
  }

  /** A person has confirmed: counting begins anew. */
  forget(): void {
    for (const side of ['local', 'remote'] as const) {
      this.#gone[side].clear();
      this.#earlier[side] = 0;
    }
    this.#isHeld = false;
  }

  #count(side: Side): number {
    return this.#gone[side].size + this.#earlier[side];
  }

  #begin(): void {
    this.#at = this.#clock.uptime();
    this.#timeOfDay = this.#clock.now();
  }

  #forgetOld(): void {
    const now = this.#clock.uptime();
    if (!this.#isHeld && now - this.#at > COUNTED_MS) this.forget();
    for (const made of [this.#made.local, this.#made.remote]) {
      for (const [path, at] of made) {
        if (now - at <= YOUNG_MS) break;
        made.delete(path);
      }
    }
  }
}
