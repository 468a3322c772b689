import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DirtyPaths } from '../../server/protocol/disk/dirtyPaths.ts';
import { watchDirectory, type WatchOptions } from '../../server/protocol/disk/watchDirectory.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';

/** Watches a folder; `saw` resolves once a path (or something that contains it) has been reported. */
async function watched(t: TestContext, root: string, skip?: (path: string) => boolean, isOwn?: WatchOptions['isOwn']) {
  const seen = new Set<string>();
  const waiting = new Set<() => void>();
  const watch = await watchDirectory(root, {
    debounceMs: 5,
    ...(skip ? { skip } : {}),
    isOwn,
    onEvent: (paths) => {
      for (const path of paths === 'everything' ? [''] : paths) seen.add(path);
      for (const wake of waiting) wake();
    },
  });
  t.after(() => watch.close());
  const covers = (path: string): boolean =>
    [...seen].some((dirty) => dirty === '' || dirty === path || path.startsWith(`${dirty}/`));
  const saw = (path: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!covers(path)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { saw, watch, seen: () => [...seen].sort(), forget: () => seen.clear() };
}

test('changes at any depth are reported by their path', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'a/b/c': '1', d: '2' });
  const { saw, watch } = await watched(t, root);
  assert.equal(watch.size, 3);
  writeFileSync(join(root, 'a/b/c'), 'changed');
  await saw('a/b/c');
  rmSync(join(root, 'd'));
  await saw('d');
  writeFileSync(join(root, 'a/new'), '');
  await saw('a/new');
});

test('what the watching program itself has put there is not reported, and everything else in its folders is', async (t) => {
  const root = temporaryFolder(t);
  const own = new Set<string>(['d', 'd/mine']);
  const { saw, watch, seen } = await watched(t, root, undefined, (path) => own.delete(path));
  mkdirSync(join(root, 'd'));
  assert.equal(watch.watchNew('d'), true);
  writeFileSync(join(root, 'd/mine'), '1');
  mkdirSync(join(root, 'd/theirs'));
  writeFileSync(join(root, 'd/theirs/file'), '2');
  await saw('d/theirs/file');
  assert.ok(!seen().includes('d'));
  mkdirSync(join(root, 'full'));
  own.add('full');
  writeFileSync(join(root, 'full/before'), '3');
  watch.watchNew('full');
  await saw('full/before');
});

test('what is created inside new folders is covered, however fast', async (t) => {
  const root = temporaryFolder(t);
  const { saw, forget } = await watched(t, root);
  plant(root, { 'n1/n2/n3/file': '1' });
  await saw('n1/n2/n3/file');
  forget();
  writeFileSync(join(root, 'n1/n2/n3/later'), '2');
  await saw('n1/n2/n3/later');
});

test('a moved folder reports under its new path, and a recreated one under its own', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'old/deep/f': '1' });
  const { saw, forget, seen } = await watched(t, root);
  renameSync(join(root, 'old'), join(root, 'new'));
  await saw('new/deep/f');
  forget();
  writeFileSync(join(root, 'new/deep/f'), '2');
  await saw('new/deep/f');
  assert(!seen().some((path) => path.startsWith('old')));
  mkdirSync(join(root, 'old'));
  await saw('old');
  forget();
  writeFileSync(join(root, 'old/g'), '3');
  await saw('old/g');
});

test('skipped folders are not watched and the state folder never is', async (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'ignored/x': '1', '.syncline/index.db': '2', 'kept/x': '3' });
  const { saw, watch, seen } = await watched(t, root, (path) => path === 'ignored');
  assert.equal(watch.size, 2);
  writeFileSync(join(root, 'ignored/x'), '4');
  writeFileSync(join(root, '.syncline/index.db'), '5');
  writeFileSync(join(root, 'kept/x'), '6');
  await saw('kept/x');
  assert.deepEqual(seen(), ['kept/x']);
});

test('a root that vanishes is reported as everything', async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'inner'));
  const { saw } = await watched(t, join(root, 'inner'));
  rmSync(join(root, 'inner'), { recursive: true });
  await saw('');
  await assert.rejects(watchDirectory(join(root, 'inner'), { onEvent: () => {} }), { code: 'RootUnavailable' });
});

test('a burst that may have overflowed the queue turns into everything', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const reports: unknown[] = [];
  const dirty = new DirtyPaths((paths) => reports.push(paths), 20);
  for (let i = 0; i < 5000; i++) dirty.add(`f${i}`);
  t.mock.timers.tick(20);
  assert.deepEqual(reports, ['everything']);
  dirty.close();
});

test('a save is reported after a short pause, anything else after the whole', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const reports: unknown[] = [];
  const dirty = new DirtyPaths((paths) => reports.push(paths), 20);
  dirty.add('a.ts', true);
  t.mock.timers.tick(3);
  dirty.add('a.ts', true);
  t.mock.timers.tick(3);
  assert.deepEqual(reports, [], 'what is written bit by bit is not reported bit by bit');
  t.mock.timers.tick(1);
  assert.deepEqual(reports, [new Set(['a.ts'])]);
  dirty.add('a.ts', true);
  dirty.add('b.ts');
  t.mock.timers.tick(19);
  assert.equal(reports.length, 1);
  t.mock.timers.tick(1);
  assert.deepEqual(reports[1], new Set(['a.ts', 'b.ts']));
  for (let n = 0; n < 10; n++) dirty.add(`${n}.ts`, true);
  t.mock.timers.tick(4);
  assert.equal(reports.length, 2, 'many files are no save');
  t.mock.timers.tick(16);
  assert.equal(reports.length, 3);
  dirty.close();
});

test('events that keep coming are reported after ten pauses at the latest', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => now);
  let now = 0;
  const reportedAt: number[] = [];
  const dirty = new DirtyPaths(() => reportedAt.push(now), 20);
  for (; now < 500; now += 10) {
    dirty.add('busy');
    t.mock.timers.tick(10);
  }
  assert(reportedAt[0] !== undefined && reportedAt[0] <= 200, String(reportedAt));
  dirty.close();
});

test('a storm of creations in new folders loses nothing', async (t) => {
  const root = temporaryFolder(t);
  const { saw } = await watched(t, root);
  const paths = Array.from({ length: 600 }, (_, i) => `s${i % 20}/t${i % 7}/f${i}`);
  for (const path of paths) plant(root, { [path]: 'x' });
  for (const path of paths) await saw(path);
});
