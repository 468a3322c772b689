import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseStore } from '../../extension/sync/base/baseStore.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import type { Planner } from '../../extension/sync/planner.ts';
import { TargetMemory } from '../../extension/sync/targetMemory.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { show, treeOf } from '../support/treeNotation.ts';

const made = [{ kind: 'makeDirectory' as const, path: parseWirePath('d') }];

test('what a process had begun here when it died is known until it is settled, however many die before that', (t) => {
  const folder = temporaryFolder(t);
  /** One process: opens the memory, does something, and is gone without a word. */
  const live = <T>(act: (memory: TargetMemory) => T): T => {
    const store = BaseStore.open(folder);
    // none of them comes to plan anything
    const planner = {} as Planner;
    const options = { store, planner, cache: new StatCache(), remote: { known: null }, clock: new FakeClock() };
    try {
      return act(new TargetMemory(options));
    } finally {
      store.close();
    }
  };
  live((memory) => memory.beginLocally(made));
  // the second one settles commits that had no answer, which saves, and dies before it has looked at the folder
  live((memory) => {
    memory.settleLost(
      [],
      [{ kind: 'put', path: parseWirePath('mine'), entry: { kind: 'link', target: 'x' }, expect: null }],
    );
    assert.equal(show(memory.base), 'mine->x');
  });
  live((memory) => {
    memory.recall(treeOf('d/'), () => false);
    assert.equal(show(memory.base), 'd/ mine->x');
    // this one dies before it saves, the next one learns the same
  });
  live((memory) => {
    memory.recall(treeOf('d/'), () => false);
    memory.save();
  });
  live((memory) => assert.equal(show(memory.base), 'd/ mine->x'));
  const store = BaseStore.open(folder);
  assert.deepEqual(store.begunLocally(), []);
  store.close();
});
