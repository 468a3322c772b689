import { sameEntry } from '../../server/protocol/entry.ts';
import type { Exclusive } from './exclusive.ts';
import { LOOK_AT_ALL } from './look.ts';
import type { SyncCycle } from './syncCycle.ts';
import { nodeAt, type Tree } from './tree/tree.ts';
import { TreeEditor } from './tree/treeEditor.ts';
import type { Drift, SideVerification, Verification, VerifyOptions } from './verification.ts';

export interface VerifyTargetParts {
  readonly cycle: SyncCycle;
  readonly exclusive: Exclusive;
  readonly reread: (tree: Tree, options: Pick<VerifyOptions, 'signal' | 'onProgress'>) => Promise<SideVerification>;
  readonly verifyRemote: (options: Pick<VerifyOptions, 'signal' | 'onProgress'>) => Promise<SideVerification>;
}

/**
 * Reads both sides again and compares them. Rounds of syncing may go on meanwhile: only the looks before and after are made
 * alone. Changes nothing here; the server takes what it finds into its index.
 */
export async function verifyTarget(parts: VerifyTargetParts, options: VerifyOptions): Promise<Verification> {
  const { cycle, exclusive, reread, verifyRemote } = parts;
  const { signal } = options;
  const tree = await exclusive.run(async () => {
    await cycle.plan({ look: LOOK_AT_ALL, signal });
    return (await cycle.planner.current(cycle.memory.base)).local;
  });
  const [local, remote] = await settled(reread(tree, options), verifyRemote(options));
  const { plan } = await exclusive.run(() =>
    cycle.plan({ look: LOOK_AT_ALL, signal, amend: (seen) => asFound(seen, local.drift) }),
  );
  return { local, remote, plan };
}

/** A picture with what was really found, where it still shows what turned out to be wrong. */
function asFound(tree: Tree, drift: readonly Drift[]): Tree {
  const editor = new TreeEditor(tree);
  for (const { path, indexed, found } of drift) {
    const node = nodeAt(tree, path);
    if (node?.kind === 'file' && found?.kind === 'file' && sameEntry(node, indexed)) editor.set(path, found);
  }
  return editor.tree();
}

/** Both, also when one of them fails: nothing goes on behind the back of whoever called. */
async function settled<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
