import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import { SETTLE_MS } from '../../extension/sync/continuousSync.ts';
import { MONITOR_AT_LEAST_EVERY_MS, MONITOR_EVERY_MS } from '../../extension/sync/monitorInterval.ts';
import { entryCount } from '../../extension/sync/tree/tree.ts';
import { show, treeOf } from '../support/treeNotation.ts';
import { RunningSync } from '../support/runningSync.ts';

test('begins with a look at everything and then waits', async (t) => {
  const running = await RunningSync.start(t, { base: '', local: 'a=1', remote: 'b=2' });
  assert.equal(show(running.local.tree), 'a=1 b=2');
  assert.deepEqual(running.states, ['inSync']);
  assert.equal(running.settled, 1);
  assert.equal(running.clock.next, MONITOR_EVERY_MS);
});

test('a change of the server is fetched at once', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.remote.tree = treeOf('a=1 n/b=2');
  running.remote.hint(new Set());
  await running.quiet();
  assert.equal(show(running.local.tree), 'a=1 n/b=2');
});

test('an echo of what was done is looked at and nothing comes of it', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.remote.tree = treeOf('a=2');
  running.remote.hint(new Set());
  await running.quiet();
  const settled = running.settled;
  running.local.hint(new Set(['a']));
  running.remote.hint(new Set());
  await running.quiet();
  assert.deepEqual([running.applied, running.settled], [['local: put a'], settled]);
  assert.deepEqual(running.local.sent, []);
});

test('a deletion waits for what may explain it: a move, or a file written anew', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=2 c=3', remote: 'a=1 b=2 c=3' });
  await running.change('b=2 c=3', 'a');
  assert.deepEqual(running.applied, []);
  await running.pass(SETTLE_MS / 2);
  await running.change('b=2 c=3 moved=1', 'moved');
  await running.pass(SETTLE_MS);
  assert.deepEqual(running.applied, ['remote: rename a moved']);
  await running.change('c=3 moved=1', 'b');
  await running.change('b=9 c=3 moved=1', 'b');
  await running.pass(SETTLE_MS);
  assert.deepEqual(running.applied.slice(1), ['remote: put b']);
  await running.change('b=9 moved=1', 'c');
  await running.pass(SETTLE_MS);
  assert.deepEqual(running.applied.slice(2), ['remote: delete c']);
});

test('deletions do not wait for ever while other things happen', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=2', remote: 'a=1 b=2' });
  await running.change('b=2', 'a');
  for (let i = 0; i < 20; i++) {
    await running.pass(SETTLE_MS / 2);
    await running.change(`b=${i}`, 'b');
  }
  assert.ok(running.applied.includes('remote: delete a'));
});

test('the monitor finds within ten seconds what nobody told', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.local.tree = treeOf('a=1 silent=2');
  await running.pass(MONITOR_EVERY_MS - 1);
  assert.deepEqual(running.applied, []);
  await running.pass(1);
  assert.deepEqual(running.applied, ['remote: put silent']);
});

test('waiting long for the server does not make the monitor come seldom', async (t) => {
  const running = new RunningSync(t, { local: 'a=1', remote: 'a=1' });
  const { promise: connected, resolve: connect } = Promise.withResolvers<void>();
  const scan = running.remote.scan.bind(running.remote);
  running.remote.scan = async (request) => {
    await connected;
    return scan(request);
  };
  await running.sync.start();
  await running.pass(3_600_000);
  connect();
  await running.quiet();
  running.local.tree = treeOf('a=2');
  await running.pass(MONITOR_EVERY_MS);
  assert.equal(show(running.remote.tree), 'a=2');
});

test('the monitor rests longer the more its looks cost, and not because of one that read new files', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  const scan = running.local.scan.bind(running.local);
  let [costMs, looks] = [60_000, 0];
  running.local.scan = async (request) => {
    if (request.look === 'everything') {
      looks++;
      running.clock.advance(costMs);
    }
    return scan(request);
  };
  const restMs = async (): Promise<number> => {
    const seen = looks;
    const begun = running.clock.uptime();
    while (looks === seen) await running.pass(500);
    return running.clock.uptime() - begun - costMs;
  };
  const near = (ms: number, expected: number): void =>
    assert.ok(Math.abs(ms - expected) <= 1_000, `${ms}: ${expected}`);
  near(await restMs(), MONITOR_EVERY_MS); // the look that reads new files
  costMs = 1_000;
  near(await restMs(), MONITOR_EVERY_MS); // the one before it took no time, and that is what counts
  near(await restMs(), 1_000 / 0.03); // two looks of a minute and of a second
  near(await restMs(), 1_000 / 0.03);
  costMs = 90_000;
  near(await restMs(), 1_000 / 0.03);
  near(await restMs(), 1_000 / 0.03);
  near(await restMs(), MONITOR_AT_LEAST_EVERY_MS);
});

test('a clock that is set back holds up no deletion', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=1 c=1', remote: 'a=1 b=1 c=1' });
  await running.change('a=1 c=1', 'b');
  running.clock.jump(-3_600_000);
  await running.pass(SETTLE_MS);
  assert.equal(show(running.remote.tree), 'a=1 c=1');
});

test('activity does not keep the monitor away', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  for (let i = 0; i < 5; i++) {
    await running.pass(MONITOR_EVERY_MS / 5);
    await running.change(`a=${i} silent=1`, 'a');
  }
  assert.ok(running.applied.includes('remote: put silent'));
});

test('what changes during a round is looked at in the next', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=1', remote: 'a=1 b=1' });
  running.remote.beforeOperation = () => {
    running.remote.beforeOperation = () => {};
    running.local.tree = treeOf('a=2 b=2');
    running.local.hint(new Set(['b']));
  };
  await running.change('a=2 b=1', 'a');
  assert.deepEqual(running.applied, ['remote: put a', 'remote: put b']);
});

test('while git works on the folder nothing is sent, but not for ever', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.isHeldBack = true;
  await running.change('a=2', 'a');
  await running.pass(1000);
  assert.deepEqual(running.applied, []);
  running.isHeldBack = false;
  await running.pass(1000);
  assert.deepEqual(running.applied, ['remote: put a']);
  running.isHeldBack = true;
  await running.change('a=3', 'a');
  for (let i = 0; i < 110; i++) await running.pass(100);
  assert.equal(running.applied.length, 2);
});

test('a lost connection is offline, and everything is looked at when it is back', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.remote.isOnline = false;
  running.remote.beforeOperation = () => {
    throw new SynclineError('ConnectionLost');
  };
  await running.change('a=2', 'a');
  assert.equal(running.sync.state.kind, 'offline');
  running.remote.isOnline = true;
  running.remote.beforeOperation = () => {};
  running.local.looks.length = 0;
  running.remote.hint(new Set());
  running.sync.refresh();
  await running.quiet();
  assert.equal(running.sync.state.kind, 'inSync');
  assert.ok(running.local.looks.includes('everything'));
  assert.equal(show(running.remote.tree), 'a=2');
});

test('a connection that stands while nothing moves is told, and tried again with growing waits', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  const attempts: number[] = [];
  running.remote.beforeOperation = () => {
    attempts.push(running.clock.now());
    throw new SynclineError('TransferStalled');
  };
  await running.change('a=2', 'a');
  const { state } = running.sync;
  assert.ok(state.kind === 'failed' && state.error.code === 'TransferStalled', state.kind);
  for (let i = 0; i < 400; i++) await running.pass(100);
  const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  assert.ok(attempts.length < 15, `${attempts.length} attempts in 40 s`);
  assert.ok((waits.at(-1) ?? 0) >= 9_000, `waits of ${waits.join(', ')} ms`);
  running.remote.beforeOperation = () => {};
  for (let i = 0; i < 110; i++) await running.pass(100);
  assert.equal(running.sync.state.kind, 'inSync');
  assert.equal(show(running.remote.tree), 'a=2');
});

test('a vanished root is told, deletes nothing, and syncing goes on when it is back', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.local.scanError = new SynclineError('RootUnavailable');
  running.local.hint('everything');
  await running.quiet();
  assert.equal(running.sync.state.kind, 'failed');
  assert.equal(show(running.remote.tree), 'a=1');
  running.local.scanError = undefined;
  running.local.tree = treeOf('a=2');
  await running.pass(MONITOR_EVERY_MS);
  assert.equal(running.sync.state.kind, 'inSync');
  assert.equal(show(running.remote.tree), 'a=2');
  await running.change('a=3', 'a');
  assert.equal(show(running.remote.tree), 'a=3', 'it is watched again');
});

test('a brake stops, and lets go when what made it stop is gone', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=2', remote: 'a=1 b=2' });
  await running.change('', 'a', 'b');
  await running.pass(SETTLE_MS);
  assert.equal(running.sync.state.kind, 'stopped');
  assert.equal(show(running.remote.tree), 'a=1 b=2');
  await running.change('a=1 b=2', 'a', 'b');
  assert.equal(running.sync.state.kind, 'inSync');
  assert.deepEqual(running.applied, []);
});

test('conflicts and problems are states, and go when they are settled', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.remote.tree = treeOf('a=2');
  await running.change('a=3', 'a');
  assert.equal(running.sync.state.kind, 'inSync', 'the server has not told yet');
  running.remote.hint(new Set());
  await running.quiet();
  assert.deepEqual(running.sync.state, { kind: 'conflicts', count: 1, problems: 0 });
  assert.equal(running.settled, 2, 'a conflict is news');
  await running.change('a=2', 'a');
  assert.equal(running.sync.state.kind, 'inSync');
  assert.equal(running.settled, 3, 'and so is its end');
  running.local.problems = [{ path: 'x', code: 'AccessDenied', message: '' }];
  running.local.hint(new Set(['x']));
  await running.quiet();
  assert.deepEqual(running.sync.state, { kind: 'problems', count: 1 });
});

test('paused, it does nothing, and resumed, it looks at everything', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.sync.pause();
  await running.change('a=2', 'a');
  await running.pass(60_000);
  assert.deepEqual([running.applied, running.sync.state.kind], [[], 'paused']);
  running.sync.resume();
  await running.quiet();
  assert.deepEqual([running.applied, running.sync.state.kind], [['remote: put a'], 'inSync']);
});

test('a pause in the middle of a round stops it, and nothing is lost', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  running.remote.beforeOperation = async (operation) => {
    if (operation.kind === 'put' && operation.path === 'c') running.sync.pause();
  };
  await running.change('a=1 b=2 c=3 d=4', 'b', 'c', 'd');
  assert.deepEqual(running.applied, ['remote: put b', 'remote: put c']);
  running.remote.beforeOperation = () => {};
  running.sync.resume();
  await running.quiet();
  assert.equal(show(running.remote.tree), 'a=1 b=2 c=3 d=4');
});

test('a file that is never at rest is tried again at growing intervals', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  let attempts = 0;
  running.local.beforeSend = () => {
    attempts++;
    running.local.tree = treeOf(`a=${10 + attempts}`);
  };
  await running.change('a=2', 'a');
  for (let i = 0; i < 100; i++) await running.pass(100);
  assert.ok(attempts > 3 && attempts < 12, `${attempts} attempts in ten seconds`);
  assert.deepEqual(running.sync.state, { kind: 'problems', count: 1 });
  assert.deepEqual(
    running.sync.restless.map(({ path, code }) => `${path} ${code}`),
    ['a Changed'],
  );
  running.local.beforeSend = () => {};
  for (let i = 0; i < 100; i++) await running.pass(100);
  assert.equal(running.sync.state.kind, 'inSync');
});

test('a closed target does nothing more', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1', remote: 'a=1' });
  await running.sync.close();
  await running.change('a=2', 'a');
  await running.pass(60_000);
  assert.deepEqual(running.applied, []);
});

const files = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `f${from + i}=${from + i}`).join(' ');
const paths = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `f${from + i}`);

test('a folder that is deleted in portions is held back before half of the server is gone', async (t) => {
  const tree = files(0, 1020);
  const running = await RunningSync.start(t, { local: tree, remote: tree });
  for (let gone = 0; gone < 1000; gone += 50) {
    await running.change(files(gone + 50, 1020), ...paths(gone, gone + 50));
    // slower than deletions wait for each other
    await running.pass(SETTLE_MS);
    await running.pass(2_000);
  }
  assert.equal(running.sync.state.kind, 'stopped');
  assert.equal(entryCount(running.remote.tree), 520);
  for (let n = 0; n < 60; n++) await running.pass(MONITOR_EVERY_MS);
  assert.equal(entryCount(running.remote.tree), 520, 'time alone does not let it go on');
  await running.change(tree, ...paths(0, 1000));
  assert.equal(running.sync.state.kind, 'inSync');
  assert.equal(entryCount(running.remote.tree), 1020);
});

test("a server's folder that is emptied in portions is held back before half of the local one is gone", async (t) => {
  const tree = files(0, 300);
  const running = await RunningSync.start(t, { local: tree, remote: tree });
  for (let gone = 0; gone < 290; gone += 30) {
    running.remote.tree = treeOf(files(gone + 30, 300));
    running.remote.hint(new Set());
    await running.quiet();
    await running.pass(1_000);
  }
  assert.equal(running.sync.state.kind, 'stopped');
  assert.equal(entryCount(running.local.tree), 150);
});

test('more than a few deletions are only believed after a complete look', async (t) => {
  const tree = files(0, 60);
  const running = await RunningSync.start(t, { local: tree, remote: tree });
  running.local.looks.length = 0;
  await running.change(files(5, 60), ...paths(0, 5));
  await running.pass(SETTLE_MS);
  assert.ok(!running.local.looks.includes('everything'), 'a few are believed at once');
  await running.change(files(25, 60), ...paths(5, 25));
  await running.pass(SETTLE_MS);
  assert.ok(running.local.looks.includes('everything'));
  assert.equal(entryCount(running.remote.tree), 35);
});

test('a folder that is moved away in portions, and comes back elsewhere, does not look like a deletion', async (t) => {
  const folder = (name: string, from: number, to: number): string =>
    files(from, to).replaceAll(/(^| )f/g, `$1${name}/f`);
  const running = await RunningSync.start(t, { local: folder('a', 0, 40), remote: folder('a', 0, 40) });
  await running.change(folder('a', 30, 40), 'a');
  running.states.length = 0;
  await running.change(folder('b', 0, 40), 'a', 'b');
  await running.pass(SETTLE_MS);
  assert.deepEqual(running.applied, ['remote: rename a b']);
  assert.ok(!running.states.includes('stopped'));
});

test('another folder in the place of the synced one stops what would be deleted because of it', async (t) => {
  const running = await RunningSync.start(t, { local: 'a=1 b=2 c=3', remote: 'a=1 b=2 c=3' });
  running.local.rootIdentity = 'another disk';
  await running.change('a=1 x=9', 'x');
  await running.pass(SETTLE_MS);
  await running.pass(MONITOR_EVERY_MS);
  assert.equal(running.sync.state.kind, 'stopped');
  assert.equal(show(running.remote.tree), 'a=1 b=2 c=3');
  await running.change('a=1 b=2 c=3 x=9', 'b', 'c');
  assert.equal(running.sync.state.kind, 'inSync');
  assert.equal(show(running.remote.tree), 'a=1 b=2 c=3 x=9');
});
