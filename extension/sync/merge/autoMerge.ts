import { SynclineError } from '../../../server/protocol/errors.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { AppliedOperation } from '../plan.ts';
import type { Conflict } from '../reconcile/conflict.ts';
import type { LocalSide, RemoteSide } from '../sides.ts';
import { mergeConflict } from './mergeConflict.ts';

/** Merges conflicts without being asked, each once, and remembers why some could not be. */
export class AutoMerge {
  readonly #sides: { readonly local: LocalSide; readonly remote: RemoteSide };
  readonly #refused = new Map<WirePath, { readonly conflict: string; readonly reason: string }>();

  constructor(sides: { readonly local: LocalSide; readonly remote: RemoteSide }) {
    this.#sides = sides;
  }

  /** Why a conflict was not merged; undefined when that was not tried. */
  reasonFor(conflict: Conflict): string | undefined {
    const refused = this.#refused.get(conflict.path);
    return refused?.conflict === JSON.stringify(conflict) ? refused.reason : undefined;
  }

  /** Returns the paths to be looked at again: what was merged, and what turned out to be another conflict by now. */
  async mergeAll(
    conflicts: readonly Conflict[],
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onApplied: (applied: AppliedOperation) => void;
    },
  ): Promise<WirePath[]> {
    for (const path of this.#refused.keys())
      if (!conflicts.some((conflict) => conflict.path === path)) this.#refused.delete(path);
    const stale: WirePath[] = [];
    for (const conflict of conflicts) {
      if (this.reasonFor(conflict) !== undefined) continue;
      try {
        await mergeConflict(conflict, this.#sides, options);
        stale.push(conflict.path);
      } catch (error) {
        const { code, message } = SynclineError.from(error);
        if (code === 'Changed') stale.push(conflict.path);
        else if (code === 'CannotMerge')
          this.#refused.set(conflict.path, { conflict: JSON.stringify(conflict), reason: message });
        else throw error;
      }
    }
    return stale;
  }
}
