import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import type { SyncSummary } from '../../extension/sync/syncSummary.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { plantTree } from '../support/plantTree.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest, plant } from '../support/tree.ts';
import { treeOf } from '../support/treeNotation.ts';

async function pair(
  t: TestContext,
  local: string,
  remote: string,
  mode: Mode = 'two-way',
): Promise<{ server: ServerProcess; folder: SyncedFolder }> {
  // before the server starts, so that it knows all of it by then
  const directory = temporaryFolder(t);
  plantTree(directory, treeOf(remote));
  const server = await startServer(t, { directory });
  const folder = new SyncedFolder(t, server, mode);
  plantTree(folder.root, treeOf(local));
  return { server, folder };
}

const counts = ({
  uploaded,
  downloaded,
  deletedLocal,
  deletedRemote,
  renamed,
  conflicts,
  problems,
}: SyncSummary): string =>
  `up ${uploaded} down ${downloaded} -local ${deletedLocal} -remote ${deletedRemote} renamed ${renamed} conflicts ${conflicts} problems ${problems}`;

test('tells where the sides differ after a look, ignored things and problems aside', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=1 out/x=1 .gitignore=out/', 'a=2 c/d=3 .gitignore=out/');
  const target = await folder.open();
  await target.plan();
  const compared = async (paths?: readonly string[]) =>
    [...(await target.compare(paths && { local: new Set(paths), remote: 'everything' }))].map(
      ([path, difference]) => `${path} ${difference}`,
    );
  assert.deepEqual(await compared(), ['a different', 'b onlyHere', 'c onlyThere']);
  writeFileSync(join(folder.root, 'b'), '2');
  writeFileSync(join(folder.root, 'new'), '2');
  assert.deepEqual(await compared(['new']), ['a different', 'b onlyHere', 'new onlyHere', 'c onlyThere']);
  assert.equal(harvest(server.directory)['new'], undefined, 'nothing is synced by it');
  await folder.close();
});

test('brings two sides together, and does nothing the second time', async (t) => {
  const { server, folder } = await pair(t, 'a=1 d/run*=2 e/ l->a same=5', 'b=3 f/c=4 same=5');
  assert.equal(
    counts((await folder.sync()).summary),
    'up 3 down 2 -local 0 -remote 0 renamed 0 conflicts 0 problems 0',
  );
  assert.deepEqual(harvest(server.directory), harvest(folder.root));
  assert.equal(harvest(server.directory)['d/run'], '+x 2');
  await folder.close();
  folder.wire.length = 0;
  const again = await folder.sync();
  assert.equal(counts(again.summary), 'up 0 down 0 -local 0 -remote 0 renamed 0 conflicts 0 problems 0');
  assert.deepEqual(folder.calls(), ['session/hello', 'files/changes'], 'a run that finds nothing costs one question');
  assert.ok(again.summary.bytesReceived < 2000, `${again.summary.bytesReceived} bytes`);
});

test('a new file is sent exactly once, and what was fetched is never sent back', async (t) => {
  const { folder } = await pair(t, 'a=1', 'b=2');
  await folder.sync();
  writeFileSync(folder.at('new'), 'the only copy');
  folder.wire.length = 0;
  await folder.sync();
  await folder.sync();
  const uploads = folder.wire.filter(({ way, method }) => way === 'sent' && method === 'content/upload');
  assert.equal(uploads.length, 1);
  assert.equal(folder.calls().filter((method) => method === 'files/commit').length, 1);
});

const many = (name: (i: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 200 }, (_, i) => [name(i), `file ${name(i)}`]));

test('many new files are on their way before the look that finds them is over', async (t) => {
  const { server, folder } = await pair(t, '', '');
  plant(
    folder.root,
    many((i) => `d${i % 7}/f${i}`),
  );
  assert.equal((await folder.sync()).summary.uploaded, 200);
  assert.deepEqual(harvest(server.directory), harvest(folder.root));
  assert.equal(folder.calls().filter((method) => method === 'content/missing').length, 1, 'nothing is asked twice');
});

test('what an ignore file of the server hides is not sent ahead of it', async (t) => {
  const { server, folder } = await pair(t, '', '.gitignore=*.secret');
  plantTree(server.directory, treeOf('.gitignore=*.secret'));
  plant(
    folder.root,
    many((i) => `f${i}.secret`),
  );
  const { summary } = await folder.sync();
  assert.equal(counts(summary), 'up 0 down 1 -local 0 -remote 0 renamed 0 conflicts 0 problems 0');
  assert.ok(!folder.calls().includes('content/upload'));
});

test('nothing of a folder in the place of the known one is sent before somebody agrees', async (t) => {
  const { folder } = await pair(t, 'a=1 b=2', '');
  await folder.sync();
  renameSync(folder.root, `${folder.root}-before`);
  mkdirSync(folder.root);
  plant(
    folder.root,
    many((i) => `another${i}`),
  );
  folder.wire.length = 0;
  await assert.rejects(folder.sync(), { code: 'BrakeStopped' });
  assert.ok(!folder.calls().includes('content/upload'));
});

test('a renamed folder with 1,000 files is one operation, and its ignored files go along', async (t) => {
  const { server, folder } = await pair(t, '', '');
  const files = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`d/s${i % 10}/f${i}`, `file ${i}`]));
  plant(folder.root, { ...files, '.gitignore': '*.log\n', 'd/mine.log': 'here' });
  await folder.sync();
  plant(server.directory, { 'd/theirs.log': 'there' });
  renameSync(folder.at('d'), folder.at('moved'));
  const { summary } = await folder.sync();
  assert.equal(counts(summary), 'up 0 down 0 -local 0 -remote 0 renamed 1 conflicts 0 problems 0');
  assert.equal(readFileSync(join(server.directory, 'moved/theirs.log'), 'utf8'), 'there');
  assert.equal(readFileSync(folder.at('moved/mine.log'), 'utf8'), 'here');
  assert.equal(readdirSync(join(server.directory, 'moved')).length, 11);
  renameSync(join(server.directory, 'moved'), join(server.directory, 'back'));
  await folder.serverSees({ 'back/s9/f999': 'file 999', 'moved/s9/f999': null });
  assert.equal(
    counts((await folder.sync()).summary),
    'up 0 down 0 -local 0 -remote 0 renamed 1 conflicts 0 problems 0',
  );
  assert.equal(readFileSync(folder.at('back/mine.log'), 'utf8'), 'here');
});

test('an edit on both sides overwrites nothing, and each resolution works', async (t) => {
  for (const [choice, local] of [
    ['mine', { a: 'mine' }],
    ['theirs', { a: 'theirs' }],
    ['both', { a: 'theirs', 'a (mine)': 'mine' }],
  ] as const) {
    const { server, folder } = await pair(t, 'a=1', '');
    await folder.sync();
    writeFileSync(folder.at('a'), 'mine');
    writeFileSync(join(server.directory, 'a'), 'theirs');
    await folder.serverSees({ a: 'theirs' });
    const { summary, conflicts } = await folder.sync();
    assert.equal(summary.conflicts, 1);
    assert.deepEqual(
      conflicts.map(({ path, base }) => [path, base?.kind === 'file' && base.size]),
      [['a', 1]],
    );
    assert.deepEqual(
      [readFileSync(folder.at('a'), 'utf8'), readFileSync(join(server.directory, 'a'), 'utf8')],
      ['mine', 'theirs'],
    );
    const target = await folder.open();
    await target.resolve('a', choice);
    assert.deepEqual(target.conflicts(), []);
    await folder.sync();
    const found = Object.entries(harvest(folder.root)).map(([path, text]) => [
      path.replace(/ \(mine [-0-9]+ [-0-9]+\)/, ' (mine)'),
      text,
    ]);
    assert.deepEqual(Object.fromEntries(found), local, choice);
    assert.deepEqual(harvest(server.directory), harvest(folder.root));
    if (choice !== 'mine') assert.deepEqual(folder.safetyCopies(), ['a'], 'mine is kept when theirs takes its place');
    await folder.close();
  }
});

test('a conflict that changed since it was listed is not resolved', async (t) => {
  const { server, folder } = await pair(t, 'a=1', 'a=2');
  await folder.sync();
  writeFileSync(join(server.directory, 'a'), 'newer');
  await folder.serverSees({ a: 'newer' });
  const target = await folder.open();
  await folder.sync();
  writeFileSync(folder.at('a'), 'newest');
  await assert.rejects(target.resolve('a', 'theirs'), { code: 'Changed' });
  assert.equal(readFileSync(folder.at('a'), 'utf8'), 'newest');
  await assert.rejects(target.resolve('b', 'mine'), { code: 'NotFound' });
  await target.resolve('a', 'theirs');
  assert.equal(readFileSync(folder.at('a'), 'utf8'), 'newer');
});

test('keeps both when a folder stands against a file', async (t) => {
  const { server, folder } = await pair(t, 'x/a=1 x/b/c=2', 'x=3');
  await folder.sync();
  await (await folder.open()).resolve('x', 'both');
  await folder.sync();
  const names = Object.keys(harvest(folder.root));
  assert.deepEqual(
    names.map((name) => name.replace(/ \(mine [-0-9]+ [-0-9]+\)/, ' (mine)')),
    ['x', 'x (mine)', 'x (mine)/a', 'x (mine)/b', 'x (mine)/b/c'],
  );
  assert.deepEqual(harvest(server.directory), harvest(folder.root));
});

test('push, pull and mirror do what they say', async (t) => {
  const cases: [Mode, Record<string, string>, Record<string, string>][] = [
    ['push', { a: 'mine', m: '1' }, { a: 'mine', m: '1', s: '2' }],
    ['pull', { a: 'theirs', m: '1', s: '2' }, { a: 'theirs', s: '2' }],
    ['mirror', { a: 'mine', m: '1' }, { a: 'mine', m: '1' }],
  ];
  for (const [mode, local, remote] of cases) {
    const { server, folder } = await pair(t, 'a=mine m=1', 'a=theirs s=2', mode);
    await folder.sync();
    assert.deepEqual(harvest(folder.root), local, mode);
    assert.deepEqual(harvest(server.directory), remote, mode);
    const again = await folder.sync();
    assert.equal(counts(again.summary), 'up 0 down 0 -local 0 -remote 0 renamed 0 conflicts 0 problems 0', mode);
  }
});

test('a target of a folder in the share touches nothing beside it', async (t) => {
  const server = await startServer(t);
  plant(server.directory, { 'deep/inside/theirs': '1', 'deep/beside': '2', top: '3' });
  const folder = new SyncedFolder(t, server, 'two-way', parseWirePath('deep/inside'));
  plant(folder.root, { mine: '4' });
  await folder.serverSees({ 'deep/inside/theirs': '1' });
  await folder.sync();
  assert.deepEqual(harvest(folder.root), { mine: '4', theirs: '1' });
  renameSync(join(server.directory, 'deep/beside'), join(server.directory, 'deep/inside/moved'));
  await folder.serverSees({ 'deep/inside/moved': '2' });
  await folder.sync();
  assert.deepEqual(harvest(folder.root), { mine: '4', moved: '2', theirs: '1' });
  rmSync(folder.at('theirs'));
  await folder.sync();
  assert.deepEqual(harvest(server.directory), {
    deep: null,
    'deep/inside': null,
    'deep/inside/mine': '4',
    'deep/inside/moved': '2',
    top: '3',
  });
});

test('a first sync with a folder that is not on the server makes it there', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server, 'push', parseWirePath('new/place'));
  plant(folder.root, { a: '1' });
  await folder.sync();
  assert.deepEqual(harvest(server.directory), { new: null, 'new/place': null, 'new/place/a': '1' });
});

test('problems are told, and everything else goes on', async (t) => {
  const { server, folder } = await pair(t, 'a=1', 'b=2');
  symlinkSync('/etc/passwd', folder.at('absolute'));
  plant(folder.root, { 'CON.txt': 'x', Name: '1', name: '2' });
  const { summary, problems } = await folder.sync();
  assert.deepEqual(problems.map(({ path, code }) => `${path} ${code}`).sort(), [
    'CON.txt IllegalPath',
    'Name NameCollision',
    'absolute LinkOutside',
    'name NameCollision',
  ]);
  assert.equal(summary.problems, 4);
  assert.deepEqual(harvest(server.directory), { a: '1', b: '2' });
});

test('a lost base is a first sync: nothing is deleted, what is equal agrees', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=2 c=3', '');
  await folder.sync();
  rmSync(folder.at('b'));
  writeFileSync(join(server.directory, 'c'), 'changed');
  await folder.serverSees({ c: 'changed' });
  await folder.close();
  writeFileSync(join(folder.state, 'base.db'), 'damaged beyond repair'.repeat(300));
  const { summary } = await folder.sync();
  assert.equal(counts(summary), 'up 0 down 1 -local 0 -remote 0 renamed 0 conflicts 1 problems 0');
  assert.equal(readFileSync(folder.at('b'), 'utf8'), '2');
});

test('a brake stops before anything is changed, and lets go when it is confirmed', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=2 c/d=3', '');
  await folder.sync();
  for (const name of ['a', 'b', 'c']) rmSync(folder.at(name), { recursive: true });
  await assert.rejects(folder.sync(), { code: 'BrakeStopped' });
  assert.equal(Object.keys(harvest(server.directory)).length, 4);
  const plan = await (await folder.open()).plan();
  assert.equal(plan.brake?.kind, 'emptied');
  await folder.sync({ confirmed: true });
  assert.deepEqual(harvest(server.directory), {});
});

test('runs that each delete a little are held back together before half is gone, also as a mirror', async (t) => {
  for (const mode of ['two-way', 'mirror'] as const) {
    const { server, folder } = await pair(t, '', '', mode);
    const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
    plant(folder.root, Object.fromEntries(names.map((name) => [name, name])));
    await folder.sync();
    const deleteUntilStopped = async (): Promise<void> => {
      for (const [at, name] of names.entries()) {
        rmSync(folder.at(name));
        if (at % 20 !== 19) continue;
        await folder.sync();
        await folder.close();
      }
    };
    await assert.rejects(deleteUntilStopped(), { code: 'BrakeStopped' });
    assert.equal(Object.keys(harvest(server.directory)).length, 60, mode);
    await folder.sync({ confirmed: true });
    assert.equal(Object.keys(harvest(server.directory)).length, 40, mode);
  }
});

test('another folder in place of the synced one, here or on the server, deletes nothing without a word', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=2 c=3', '');
  await folder.sync();
  await folder.close();
  renameSync(folder.root, `${folder.root}.away`);
  plantTree(folder.root, treeOf('a=1 b=2 x=9'));
  await assert.rejects(folder.sync(), { code: 'BrakeStopped', message: /not the one that was synced before/ });
  assert.deepEqual(Object.keys(harvest(server.directory)), ['a', 'b', 'c']);
  await folder.sync({ confirmed: true });
  assert.deepEqual(Object.keys(harvest(server.directory)), ['a', 'b', 'x']);
  rmSync(folder.at('x'));
  await folder.sync();
  assert.deepEqual(Object.keys(harvest(server.directory)), ['a', 'b'], 'once confirmed, it is the one that is synced');

  await folder.close();
  await server.stop();
  rmSync(join(server.directory, '.syncline'), { recursive: true });
  rmSync(join(server.directory, 'b'));
  const anew = await startServer(t, { directory: server.directory });
  const again = new SyncedFolder(t, anew);
  plantTree(again.root, treeOf('a=1 b=2'));
  cpSync(folder.state, again.state, { recursive: true });
  const target = await again.open();
  await assert.rejects(target.syncOnce(), { code: 'BrakeStopped' });
  assert.deepEqual(Object.keys(harvest(again.root)), ['a', 'b']);
});

test('a root that became a file is an error, and the server keeps everything', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=2', '');
  await folder.sync();
  rmSync(folder.root, { recursive: true });
  writeFileSync(folder.root, 'a file');
  await assert.rejects(folder.sync({ confirmed: true }), { code: 'RootUnavailable' });
  await folder.close();
  await assert.rejects(folder.sync({ confirmed: true }), { code: 'RootUnavailable' });
  assert.deepEqual(harvest(server.directory), { a: '1', b: '2' });
});

test('a root that vanished is an error, and the server keeps everything', async (t) => {
  const { server, folder } = await pair(t, 'a=1 b=2', '');
  await folder.sync();
  rmSync(folder.root, { recursive: true });
  await assert.rejects(folder.sync({ confirmed: true }), { code: 'RootUnavailable' });
  await folder.close();
  await assert.rejects(folder.sync({ confirmed: true }), { code: 'RootUnavailable' });
  assert.deepEqual(harvest(server.directory), { a: '1', b: '2' });
});

test('makes the local folder for a first pull, but never for a push', async (t) => {
  const server = await startServer(t);
  plant(server.directory, { a: '1' });
  const pull = new SyncedFolder(t, server, 'pull');
  await assert.rejects(new SyncedFolder(t, server, 'push').sync(), { code: 'RootUnavailable' });
  mkdirSync(join(pull.root, '..'), { recursive: true });
  await pull.serverSees({ a: '1' });
  await pull.sync();
  assert.deepEqual(harvest(pull.root), { a: '1' });
});

test('a dry run tells the plan and changes nothing', async (t) => {
  const { server, folder } = await pair(t, 'a=1', 'b=2');
  const plan = await (await folder.open()).plan();
  assert.equal(plan.isFirst, true);
  assert.deepEqual([plan.toLocal.length, plan.toRemote.length], [1, 1]);
  assert.deepEqual([harvest(folder.root), harvest(server.directory)], [{ a: '1' }, { b: '2' }]);
});

test('a first sync is one as well where some files are the same on both sides already', async (t) => {
  const { folder } = await pair(t, 'same=0 a=1', 'same=0 b=2');
  assert.equal((await (await folder.open()).plan()).isFirst, true);
  await folder.sync();
  assert.equal((await (await folder.open()).plan()).isFirst, false);
});

test('ignore files of the server hold from the first sync on', async (t) => {
  const server = await startServer(t);
  plant(server.directory, {
    '.gitignore': 'built/\n',
    a: '1',
    'built/x': '2',
    'd/.gitignore': '/y\n',
    'd/y': '3',
    'd/z': '4',
  });
  const folder = new SyncedFolder(t, server, 'pull');
  await folder.serverSees({ '.gitignore': 'built/\n', a: '1', 'd/.gitignore': '/y\n', 'd/z': '4' });
  await folder.sync();
  assert.deepEqual(Object.keys(harvest(folder.root)), ['.gitignore', 'a', 'd', 'd/.gitignore', 'd/z']);
  writeFileSync(join(server.directory, '.gitignore'), 'a\n');
  await folder.serverSees({ '.gitignore': 'a\n' });
  await folder.sync();
  assert.deepEqual(Object.keys(harvest(folder.root)), [
    '.gitignore',
    'a',
    'built',
    'built/x',
    'd',
    'd/.gitignore',
    'd/z',
  ]);
});

test('large files travel, and a changed mode travels without them', async (t) => {
  const { server, folder } = await pair(t, '', '');
  const bytes = Buffer.alloc(5 * 1024 * 1024, 'large ');
  mkdirSync(folder.root, { recursive: true });
  writeFileSync(folder.at('large'), bytes);
  await folder.sync();
  assert.ok(readFileSync(join(server.directory, 'large')).equals(bytes));
  chmodSync(folder.at('large'), 0o755);
  const { summary } = await folder.sync();
  assert.ok(summary.bytesSent < 5000, `${summary.bytesSent} bytes`);
  assert.ok(statSync(join(server.directory, 'large')).mode & 0o100);
  rmSync(folder.at('large'));
  await folder.sync();
  writeFileSync(folder.at('again'), bytes);
  const again = await folder.sync();
  assert.ok(again.summary.bytesSent < 5000, 'the server still has it in its history');
});

test('only one process at a time syncs a target', async (t) => {
  const { folder } = await pair(t, 'a=1', '');
  await folder.open();
  const { TargetSync } = await import('../../extension/sync/syncTarget.ts');
  await assert.rejects(
    TargetSync.open({
      root: folder.root,
      share: 'files',
      mode: 'push',
      stateDirectory: folder.state,
      provider: folder.connection,
    }),
    { code: 'TargetBusy' },
  );
});

test('cancelling in the middle leaves both sides usable, and the next run goes on', async (t) => {
  const { server, folder } = await pair(t, '', '');
  plant(
    folder.root,
    // three commits: two may be on their way when the first is answered
    Object.fromEntries(Array.from({ length: 4200 }, (_, i) => [`d${i % 50}/f${i}`, `${i}`.repeat(20)])),
  );
  const controller = new AbortController();
  const sync = folder.sync({
    signal: controller.signal,
    onProgress: (progress) => progress.phase === 'uploading' && progress.done > 0 && controller.abort(),
  });
  await assert.rejects(sync, { code: 'Cancelled' });
  const { summary } = await folder.sync();
  assert.ok(summary.uploaded < 4200, 'what was done before counts');
  assert.deepEqual(harvest(server.directory), harvest(folder.root));
});

test('closing ends what waits for a connection', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, { ...server, url: 'ws://127.0.0.1:9' });
  mkdirSync(folder.root);
  const target = await folder.open();
  const rejected = assert.rejects(target.syncOnce(), { code: 'Cancelled' });
  await folder.close();
  await rejected;
});
