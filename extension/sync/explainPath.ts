import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isWirePath } from '../../server/protocol/wirePath.ts';
import { explain, type Explanation } from './explanation.ts';
import { type AppliedOperation, pathsOf, type Plan } from './plan.ts';
import type { Mode } from './reconcile/mode.ts';
import type { LocalSide, RemoteSide } from './sides.ts';
import type { SyncCycle } from './syncCycle.ts';
import { entryOf, nodeAt, type Tree, type TreeNode } from './tree/tree.ts';

export interface ExplainParts {
  readonly root: string;
  readonly mode: Mode;
  readonly cycle: SyncCycle;
  readonly local: LocalSide;
  readonly remote: RemoteSide;
}

/**
 * Why a path is synced or not: looks at both sides again, for the rest decides about it, too (moves, brakes). The path may be on the server alone, and need not be one that
 * could be synced. A `/` at its end says that a folder is meant where there is none.
 *
 * @throws SynclineError what a side says
 */
export async function explainPath(
  { root, mode, cycle, local, remote }: ExplainParts,
  path: string,
  signal: AbortSignal,
): Promise<Explanation> {
  const at = path.normalize('NFC').replace(/\/+$/, '');
  const look = { local: 'everything', remote: remote.isOnline ? 'everything' : 'nothing' } as const;
  const { plan } = await cycle.plan({ look, signal });
  const { base } = cycle.memory;
  const trees = await cycle.planner.current(base);
  // what is ignored is in no picture but the server's own
  const raw = (await remote.scan({ look: 'nothing', base })).tree;
  const found = (tree: Tree): TreeNode | undefined => (isWirePath(at) ? nodeAt(tree, at) : undefined);
  const covers = (other: string): boolean => at === other || at.startsWith(`${other}/`);
  const isDirectory = path.endsWith('/') || isFolderHere(join(root, at)) || found(raw)?.kind === 'directory';
  const conflict = plan.conflicts.find((each) => covers(each.path)) ?? null;
  return explain({
    path: at,
    mode,
    ignore: local.rules.explain(at, isDirectory),
    problem: plan.problems.find((problem) => covers(problem.path.normalize('NFC'))) ?? null,
    conflict,
    unmerged: (conflict && cycle.merging?.reasonFor(conflict)) ?? null,
    planned: plannedFor(plan, at),
    brake: plan.brake,
    base: entryOf(found(base)),
    local: entryOf(found(trees.local)),
    remote: entryOf(found(trees.remote)),
  });
}

/** What is done at the path itself; or the rename of a folder that it is in. */
function plannedFor({ toLocal, toRemote }: Plan, at: string): AppliedOperation | null {
  for (const [side, operations] of [
    ['remote', toRemote],
    ['local', toLocal],
  ] as const) {
    const operation =
      operations.find((each) => pathsOf(each).some((path) => path === at)) ??
      operations.find((each) => each.kind === 'rename' && pathsOf(each).some((path) => at.startsWith(`${path}/`)));
    if (operation) return { side, operation };
  }
  return null;
}

const isFolderHere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
