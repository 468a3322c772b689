import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { ApplyOptions } from './endpoint.ts';
import { inSlices } from './inSlices.ts';
import { type AppliedOperation, bytesOfInSteps, keyOf, pathsOf, type SyncProgress } from './plan.ts';

/** Who wants to know how a round goes. */
interface RoundListeners {
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  readonly onApplied?: ((applied: AppliedOperation) => void) | undefined;
}

/** Collects what becomes of the operations of a round, and tells how far it is. */
export class RoundOutcomes {
  readonly applied: AppliedOperation[] = [];
  /** What turned out not to be possible. */
  readonly problems: Problem[] = [];
  /** Paths to be looked at again. */
  readonly stale: WirePath[] = [];
  readonly #listeners: RoundListeners;
  readonly #memory: { add(applied: AppliedOperation): void };
  readonly #failed: Map<string, Problem>;

  constructor(
    listeners: RoundListeners,
    memory: { add(applied: AppliedOperation): void },
    failed: Map<string, Problem>,
  ) {
    this.#listeners = listeners;
    this.#memory = memory;
    this.#failed = failed;
  }

  /** An operation is not carried out in this round after all. */
  leave(operation: Operation): void {
    this.stale.push(...pathsOf(operation));
  }

  /** One side begins with these operations. */
  async begin(
    side: AppliedOperation['side'],
    operations: readonly Operation[],
  ): Promise<Pick<ApplyOptions, 'onProgress' | 'onOutcome'>> {
    const { onProgress } = this.#listeners;
    const phase = side === 'local' ? 'downloading' : 'uploading';
    const [total, bytesTotal] = [operations.length, await inSlices(bytesOfInSteps(operations))];
    let [done, moved, settled] = [0, 0, 0];
    const tell = (): void => {
      // contents that are there already are not moved, and those of a file that changes are moved twice
      const bytesDone = Math.min(bytesTotal, Math.max(moved, settled));
      onProgress?.({ phase, done, total, bytesDone, bytesTotal });
    };
    tell();
    return {
      onProgress: (bytes) => {
        moved += bytes;
        tell();
      },
      onOutcome: (operation, outcome) => {
        done++;
        if (operation.kind === 'put' && operation.entry.kind === 'file') settled += operation.entry.size;
        tell();
        if (outcome.kind === 'stale') return this.leave(operation);
        if (outcome.kind === 'problem') return this.#fail(operation, outcome.problem);
        const applied = { side, operation };
        this.#memory.add(applied);
        this.take(applied);
      },
    };
  }

  /** Something was done that the memory will see by itself. */
  take(applied: AppliedOperation): void {
    this.applied.push(applied);
    this.#listeners.onApplied?.(applied);
  }

  #fail(operation: Operation, problem: Problem): void {
    this.#failed.set(keyOf(operation), problem);
    this.problems.push(problem);
  }
}
