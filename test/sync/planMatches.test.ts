import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { BaseStore } from '../../extension/sync/base/baseStore.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import { LOOK_AT_ALL } from '../../extension/sync/look.ts';
import { keyOf } from '../../extension/sync/plan.ts';
import { MODES } from '../../extension/sync/reconcile/mode.ts';
import { SyncCycle } from '../../extension/sync/syncCycle.ts';
import type { Tree } from '../../extension/sync/tree/tree.ts';
import { arbitraryPerturbation, arbitraryTree } from '../support/arbitraryTree.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { MemoryEndpoint } from '../support/memoryEndpoint.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { show, treeOf } from '../support/treeNotation.ts';

function cycleOf(store: BaseStore, base: Tree, local: Tree, remote: Tree, mode: (typeof MODES)[number]) {
  store.save({ base, remote: null, conflicts: [] });
  const sides = { local: new MemoryEndpoint(local), remote: new MemoryEndpoint(remote) };
  // a file that was changed on the server and moved here is fetched before the server is told of the move
  sides.remote.findsContents = true;
  const options = { ...sides, store, mode, cache: new StatCache(), clock: new FakeClock(), log: () => {} };
  return { ...sides, cycle: new SyncCycle(options) };
}

test('what a plan shows is what is done, in that order and nothing else, in every mode (row 11)', async (t: TestContext) => {
  const store = BaseStore.open(temporaryFolder(t));
  t.after(() => store.close());
  const histories = fc.tuple(arbitraryTree(), arbitraryPerturbation, arbitraryPerturbation, fc.constantFrom(...MODES));
  await fc.assert(
    fc.asyncProperty(histories, async ([base, here, there, mode]) => {
      const { cycle } = cycleOf(store, base, here(base), there(base), mode);
      const { plan } = await cycle.plan({ look: LOOK_AT_ALL });
      const { applied, stale } = await cycle.run({ look: LOOK_AT_ALL, confirmed: true });
      const done = (side: 'local' | 'remote'): string[] =>
        applied.filter((each) => each.side === side).map(({ operation }) => keyOf(operation));
      assert.deepEqual(stale, []);
      assert.deepEqual(done('local'), plan.toLocal.map(keyOf));
      assert.deepEqual(done('remote'), plan.toRemote.map(keyOf));
    }),
    { numRuns: 150 },
  );
});

test('where a side changed after the plan was made, that step alone is left out, and told', async (t) => {
  const store = BaseStore.open(temporaryFolder(t));
  t.after(() => store.close());
  const base = treeOf('a=1 b=1 c=1');
  const { cycle, remote } = cycleOf(store, base, treeOf('a=2 b=2'), base, 'two-way');
  let isFirst = true;
  remote.beforeOperation = () => {
    if (isFirst) remote.tree = treeOf('a=1 b=theirs c=theirs');
    isFirst = false;
  };
  const { applied, stale } = await cycle.run({ look: LOOK_AT_ALL });
  assert.deepEqual(
    applied.map(({ operation }) => operation.kind !== 'rename' && operation.path),
    ['a'],
  );
  assert.deepEqual([...stale].sort(), ['b', 'c']);
  assert.equal(show(remote.tree), 'a=2 b=theirs c=theirs');
});
