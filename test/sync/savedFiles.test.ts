// Saves, while nothing is going on and beside a round.
import type { WirePath } from '../../server/protocol/wirePath.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show, treeOf } from '../support/treeNotation.ts';

import { RunningSync } from '../support/runningSync.ts';

test('a write is sent at once, and only where it was is looked', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=1', remote: 'a=1 b=1' });
  running.local.looks.length = 0;
  await running.change('a=2 b=1', 'a');
  assert.deepEqual(running.applied, ['remote: put a']);
  assert.deepEqual(running.local.looks[0], new Set(['a']));
  assert.equal(running.settled, 2);
});

test('as long as the server is guarded nothing is written to it, saves included, and what comes from there comes', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=1', remote: 'a=1 b=1' }, 'Ask first.');
  running.remote.tree = treeOf('a=1 b=2');
  running.remote.hint(new Set());
  await running.quiet();
  assert.equal(show(running.local.tree), 'a=1 b=2');
  running.local.tree = treeOf('a=2 b=2');
  running.saves.send('a' as WirePath);
  await running.quiet();
  assert.equal(show(running.remote.tree), 'a=1 b=2');
  const { state } = running.sync;
  assert.deepEqual(state.kind === 'stopped' && [state.brake.kind, state.brake.message], ['guarded', 'Ask first.']);
  running.guard = undefined;
  running.sync.hint(new Set(['a']));
  await running.quiet();
  assert.equal(show(running.remote.tree), 'a=2 b=2');
  assert.equal(running.sync.state.kind, 'inSync');
});

test('what is saved during a round does not wait for its end', async (t) => {
  const running = await RunningSync.start(t, { local: 'large=1 b=1', remote: 'large=1 b=1' });
  const held = Promise.withResolvers<void>();
  running.remote.beforeOperation = async (operation) => {
    if (operation.kind === 'put' && operation.path === 'large') await held.promise;
  };
  await running.change('large=2 b=1', 'large');
  await running.change('large=2 b=2', 'b');
  assert.deepEqual(running.applied, ['remote: put b']);
  await running.change('large=2 b=2 new=1', 'new');
  assert.deepEqual(running.applied, ['remote: put b'], 'a new file is not that simple');
  held.resolve();
  await running.quiet();
  assert.deepEqual(running.applied, ['remote: put b', 'remote: put large', 'remote: put new']);
});
