import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import { movePath } from '../../server/protocol/wirePath.ts';
import { besideName } from './besideName.ts';
import type { Conflict } from './reconcile/conflict.ts';
import type { LocalSide } from './sides.ts';
import type { SyncCycle } from './syncCycle.ts';
import { entriesOf, nodeAt } from './tree/tree.ts';

/**
 * Makes a copy of mine beside its path, so that theirs may take the path. As long as the rest has not been done, it is
 * nothing but a copy too many.
 */
export async function keepBoth(
  local: LocalSide,
  cycle: SyncCycle,
  { path }: Conflict,
  at: Date,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pictures = await cycle.planner.current(cycle.memory.base);
  const mine = nodeAt(pictures.local, path);
  if (!mine) return;
  const beside = besideName(path, at, [pictures.local, pictures.remote]);
  const operations: Operation[] =
    mine.kind === 'directory'
      ? [{ kind: 'makeDirectory', path: beside }]
      : [{ kind: 'put', path: beside, entry: mine, expect: null }];
  for (const [inside, node] of entriesOf(mine, path)) {
    const to = movePath(inside, path, beside);
    if (node.kind === 'directory') operations.push({ kind: 'makeDirectory', path: to });
    else operations.push({ kind: 'put', path: to, entry: node, expect: null });
  }
  const source = local.read();
  let isComplete = true;
  try {
    const onOutcome = (_: Operation, { kind }: { kind: string }): void => void (isComplete &&= kind === 'done');
    await local.apply(operations, source, { signal, onOutcome });
  } finally {
    source.close();
  }
  if (!isComplete) throw new SynclineError('Changed', 'Not all of it could be kept beside; nothing else was changed.');
}
