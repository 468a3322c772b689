import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Live } from '../support/live.ts';
import type { TargetSync } from '../../extension/sync/syncTarget.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { harvest, plant } from '../support/tree.ts';

const uploads = (folder: SyncedFolder): number =>
  folder.wire.filter(({ way, method }) => way === 'sent' && method === 'content/upload').length;

test('two folders follow each other: save, new file, deletion, renames, and a storm', async (t) => {
  const live = await Live.start(t, 2, { a: '1' });
  const [one, two] = live.folders as [SyncedFolder, SyncedFolder];
  writeFileSync(one.at('a'), 'saved');
  live.targets[0]?.notifySaved(one.at('a'));
  writeFileSync(one.at('new'), '2');
  await live.holds(['a', 'new']);
  assert.equal(readFileSync(two.at('a'), 'utf8'), 'saved');

  rmSync(two.at('new'));
  await live.holds(['!new']);

  renameSync(one.at('a'), one.at('b'));
  await live.holds(['b', '!a']);

  plant(two.root, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`d/s${i % 7}/f${i}`, `${i}`])));
  await live.holds(['d/s0/f0', 'd/s5/f299']);

  const before = uploads(one) + uploads(two);
  renameSync(one.at('d'), one.at('moved'));
  await live.holds(['moved/s0/f0', '!d']);
  assert.equal(uploads(one) + uploads(two), before, 'a rename sends no content');

  const sent = uploads(two);
  plant(one.root, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`storm/s${i % 20}/f${i}`, `storm ${i}`])));
  await live.holds(['storm/s0/f0', 'storm/s19/f999']);
  rmSync(one.at('moved'), { recursive: true });
  await live.holds(['!moved']);
  assert.equal(uploads(two), sent, 'who only received sends nothing back');

  const third = await live.join(t);
  await live.holds(['storm/s0/f0']);
  assert.equal(Object.keys(harvest(third.root)).length, Object.keys(harvest(live.server.directory)).length);
});

test('tells how far it is with what it carries out', async (t) => {
  const live = await Live.start(t, 1, { a: '1' });
  const [folder] = live.folders as [SyncedFolder];
  const told: { readonly done: number; readonly total: number }[] = [];
  live.targets[0]?.onProgress((now) => void (now.phase === 'uploading' && told.push(now)));
  plant(folder.root, Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`new/f${i}`, `${i}`])));
  await live.holds(['new/f0', 'new/f199']);
  assert.ok(told.some(({ done, total }) => done === 0 && total > 1));
  assert.ok(told.every(({ done, total }) => done <= total));
  assert.equal(told.at(-1)?.done, told.at(-1)?.total);
});

test("what another program does in the server's folder arrives everywhere", async (t) => {
  const live = await Live.start(t, 2, { a: '1', 'd/b': '2' });
  const at = (path: string): string => join(live.server.directory, path);
  writeFileSync(at('a'), 'by hand');
  plant(live.server.directory, { 'n/x': '3' });
  rmSync(at('d'), { recursive: true });
  await live.holds(['a', 'n/x', '!d', '!d/b']);
  assert.equal(readFileSync((live.folders[1] as SyncedFolder).at('a'), 'utf8'), 'by hand');
});

test('a save is one message and one transfer, and is sent exactly once', async (t) => {
  const live = await Live.start(t, 1, { a: '1' });
  const [folder] = live.folders as [SyncedFolder];
  folder.wire.length = 0;
  writeFileSync(folder.at('a'), 'saved');
  live.targets[0]?.notifySaved(folder.at('a'));
  await live.holds(['a']);
  writeFileSync(folder.at('fresh'), 'new');
  await live.holds(['fresh']);
  await live.targets[0]?.syncOnce();
  const calls = folder.calls();
  assert.deepEqual(
    calls.filter((method) => method.startsWith('content/')),
    ['content/upload', 'content/upload'],
  );
  assert.equal(calls.filter((method) => method === 'files/commit').length, 2);
});

test('a lost connection is taken up again, and what happened meanwhile on both sides arrives', async (t) => {
  const live = await Live.start(t, 2, { a: '1' });
  const [one, two] = live.folders as [SyncedFolder, SyncedFolder];
  one.connection.current?.close();
  writeFileSync(one.at('mine'), '1');
  writeFileSync(two.at('theirs'), '2');
  await live.holds(['mine', 'theirs']);
  assert.ok(one.calls().filter((method) => method === 'session/hello').length > 1);
});

test('saves that follow each other quickly all arrive, the last one last', async (t) => {
  const live = await Live.start(t, 2, { a: '0' });
  const [one, two] = live.folders as [SyncedFolder, SyncedFolder];
  for (let i = 1; i <= 50; i++) {
    appendFileSync(one.at('a'), `,${i}`);
    live.targets[0]?.notifySaved(one.at('a'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const whole = readFileSync(one.at('a'), 'utf8');
  writeFileSync(one.at('end'), '');
  await live.holds(['end']);
  assert.equal(readFileSync(two.at('a'), 'utf8'), whole);
  assert.deepEqual(
    live.targets.flatMap((target) => target.conflicts()),
    [],
  );
});

test('edits of one file on both sides become one conflict and no ping-pong (row 16)', async (t) => {
  const live = await Live.start(t, 2, { a: '0' });
  const [one, two] = live.folders as [SyncedFolder, SyncedFolder];
  two.connection.current?.close();
  writeFileSync(one.at('a'), 'one');
  writeFileSync(two.at('a'), 'two');
  const target = await Promise.race(
    live.targets.map(
      (each) =>
        new Promise<TargetSync>((resolve) =>
          each.onDidChangeState(({ kind }) => kind === 'conflicts' && resolve(each)),
        ),
    ),
  );
  assert.equal(target.conflicts().length, 1);
  const folder = live.folders[live.targets.indexOf(target)] as SyncedFolder;
  assert.equal(readFileSync(folder.at('a'), 'utf8'), folder === one ? 'one' : 'two');
  await target.resolve('a', 'mine');
  await live.holds(['a']);
  assert.equal(readFileSync(one.at('a'), 'utf8'), readFileSync(folder.at('a'), 'utf8'));
});

/** Deletes portion by portion, each when what came of the one before is known, until syncing stops; tells how many went. */
async function deleteUntilStopped(target: TargetSync, directory: string, other: string): Promise<number> {
  const names = readdirSync(directory).sort();
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let check = (): void => {};
  target.onDidChangeState(({ kind }) => {
    if (kind === 'stopped') stop();
    check();
  });
  target.onApplied(() => check());
  for (let at = 0; at < names.length && target.state.kind !== 'stopped'; at += 25) {
    const portion = names.slice(at, at + 25);
    const { promise, resolve } = Promise.withResolvers<void>();
    check = () => {
      if (portion.every((name) => !existsSync(join(other, name)))) resolve();
    };
    for (const name of portion) rmSync(join(directory, name));
    check();
    await Promise.race([promise, stopped]);
  }
  await stopped;
  return names.length - readdirSync(other).length;
}

const manyFiles = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`d/f${String(i).padStart(3, '0')}`, `${i}`]));

test('a large folder that is deleted slowly stays on the server by more than half, and a word lets it go', async (t) => {
  const live = await Live.start(t, 1, manyFiles(200));
  const [folder] = live.folders as [SyncedFolder];
  const [target] = live.targets as [TargetSync];
  const gone = await deleteUntilStopped(target, folder.at('d'), join(live.server.directory, 'd'));
  assert.ok(gone > 0 && gone <= 101, `${gone} of 201 entries went`);
  const left = readdirSync(folder.at('d'));
  await target.syncOnce({ confirmed: true });
  assert.deepEqual(readdirSync(join(live.server.directory, 'd')).sort(), left.sort());
});

test("a server's large folder that is deleted slowly stays here by more than half", async (t) => {
  const live = await Live.start(t, 1, manyFiles(200));
  const [folder] = live.folders as [SyncedFolder];
  const [target] = live.targets as [TargetSync];
  const gone = await deleteUntilStopped(target, join(live.server.directory, 'd'), folder.at('d'));
  assert.ok(gone > 0 && gone <= 101, `${gone} of 201 entries went`);
});

test('a root that was exchanged for another folder while syncing deletes nothing, and is watched from then on', async (t) => {
  const live = await Live.start(t, 1, { a: '1', b: '2', c: '3' });
  const [folder] = live.folders as [SyncedFolder];
  const [target] = live.targets as [TargetSync];
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  target.onDidChangeState(({ kind }) => void (kind === 'stopped' && resolve()));
  renameSync(folder.root, `${folder.root}.away`);
  plant(folder.root, { a: '1', x: '9' });
  await stopped;
  assert.deepEqual(Object.keys(harvest(live.server.directory)), ['a', 'b', 'c']);
  plant(folder.root, { b: '2', c: '3' });
  await live.holds(['a', 'b', 'c', 'x']);
  writeFileSync(folder.at('y'), 'told by the watcher of the new folder');
  await live.holds(['y']);
});
