import { SynclineError } from '../../server/protocol/errors.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import { keepBoth } from './keepBoth.ts';
import { LOOK_AT_ALL } from './look.ts';
import { mergeConflict } from './merge/mergeConflict.ts';
import type { AppliedOperation } from './plan.ts';
import type { Choice, Conflict } from './reconcile/conflict.ts';
import type { Mode } from './reconcile/mode.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import type { CycleRequest, CycleResult, SyncCycle } from './syncCycle.ts';

export interface DecisionParts {
  readonly mode: Mode;
  readonly cycle: SyncCycle;
  readonly local: LocalSide;
  readonly remote: RemoteSide;
  readonly now: () => Date;
  readonly round: (request: CycleRequest) => Promise<CycleResult>;
  readonly onApplied: (applied: AppliedOperation) => void;
}

/** Carries out what a person has decided about a conflict that is listed, if it is still the one that they were shown. */
export async function decideConflict(
  parts: DecisionParts,
  path: string,
  choice: Choice,
  signal: AbortSignal,
): Promise<void> {
  const { cycle, local, now, round, onApplied } = parts;
  const isIt = (conflict: Conflict): boolean => conflict.path === path;
  const listed = cycle.memory.conflicts.find(isIt);
  if (!listed) throw new SynclineError('NotFound', `There is no conflict at “${printable(path)}”.`);
  const look = { local: new Set([path]), remote: new Set<string>() };
  const current = (await cycle.plan({ look, signal })).plan.conflicts.find(isIt);
  if (JSON.stringify(current) !== JSON.stringify(listed)) {
    await round({ look, signal, approve: () => false });
    throw changedSince(path);
  }
  if (choice === 'both') await keepBoth(local, cycle, listed, now(), signal);
  if (choice === 'merge') await merge(parts, listed, signal);
  const resolution = choice === 'mine' ? 'mine' : 'theirs';
  const { stale } = await round({
    look,
    signal,
    ...(choice !== 'merge' && { resolve: (conflict) => (isIt(conflict) ? resolution : undefined) }),
    onApplied,
  });
  if (stale.length === 0) return;
  const { plan } = await round({ look: LOOK_AT_ALL, signal });
  if (plan.conflicts.some(isIt)) throw changedSince(path);
}

async function merge({ mode, local, remote, onApplied }: DecisionParts, conflict: Conflict, signal: AbortSignal) {
  if (mode !== 'two-way')
    throw new SynclineError('CannotMerge', `A merge writes on both sides, and “${mode}” does not; choose one of them.`);
  await mergeConflict(conflict, { local, remote }, { signal, onApplied });
}

const changedSince = (path: string): SynclineError =>
  new SynclineError('Changed', `“${printable(path)}” has changed since; look at the conflict again.`);
