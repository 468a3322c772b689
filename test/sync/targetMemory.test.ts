import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaseStore } from '../../extension/sync/base/baseStore.ts';
import { StatCache } from '../../extension/sync/local/statCache.ts';
import type { Planner } from '../../extension/sync/planner.ts';
import { TargetMemory } from '../../extension/sync/targetMemory.ts';
import { entryCount, sameNode } from '../../extension/sync/tree/tree.ts';
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

test('a large change of the base is saved in pieces, and a process that dies between two of them leaves a whole one', async (t) => {
  const folder = temporaryFolder(t);
  const store = BaseStore.open(folder);
  t.after(() => store.close());
  const words = Array.from({ length: 12_000 }, (_, n) => `d${Math.floor(n / 100)}/f${n}=${n % 7}`);
  const agreed = treeOf(words.join(' '));
  const known = { tree: agreed, cursor: { epoch: 'epoch-0001', rev: 7 } };
  const planner = { current: () => Promise.resolve({ local: agreed, remote: agreed }) } as unknown as Planner;
  const options = { store, planner, cache: new StatCache(), remote: { known }, clock: new FakeClock() };
  const memory = new TargetMemory(options);
  const plan = { toLocal: [], toRemote: [], conflicts: [], problems: [], brake: null, isFirst: true };
  memory.see({ plan, agreed, local: agreed, blocked: new Set(), shared: new Set(), renames: [] });
  const sizes: (readonly [entries: number, isTrusted: boolean])[] = [];
  const save = store.save.bind(store);
  store.save = (...args) => {
    save(...args);
    const found = BaseStore.open(folder);
    const { base, remote } = found.state;
    found.close();
    assert.ok(sameNode(base, args[0].base));
    sizes.push([entryCount(base), remote !== null]);
  };
  await memory.remember();
  assert.equal(sizes.length, 3);
  assert.deepEqual(sizes.at(-1), [12_120, true]);
  assert.ok(sizes.slice(0, -1).every(([entries, isTrusted]) => entries < 12_120 && !isTrusted));
});
