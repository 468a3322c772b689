import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { OperationResult } from '../../server/protocol/messages/files.ts';
import { openShare } from '../support/embeddedShare.ts';
import { fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest, plant, type Tree } from '../support/tree.ts';

async function open(t: TestContext, tree: Tree = {}) {
  const opened = await openShare(t, { prepare: (directory) => plant(directory, tree) });
  return { ...opened, user: new ShareUser(opened.share), at: (name: string) => join(opened.directory, name) };
}

const codeOf = (result: OperationResult): string => (result.status === 'problem' ? result.code : result.status);
const modeOf = (file: string): string => (statSync(file).mode & 0o7777).toString(8);

test('the folder holds exactly what the share says', async (t) => {
  const { user, directory } = await open(t);
  await user.put('d/a', '1');
  await user.put('run', '+x 2');
  await user.put('link', '-> d/a');
  await user.put('d/a', '3');
  await user.rename('d', 'e');
  assert.deepEqual(harvest(directory), { e: null, 'e/a': '3', link: '-> e/a'.replace('e/a', 'd/a'), run: '+x 2' });
});

test('a replaced file keeps its mode, a new one follows the umask, and neither keeps special bits', async (t) => {
  const { user, at } = await open(t, { old: '1', tool: '+x 2', plain: '3' });
  chmodSync(at('old'), 0o640);
  chmodSync(at('tool'), 0o4750);
  await user.share.rescan();
  await user.put('old', 'new');
  await user.put('tool', '+x new');
  await user.put('plain', '+x new');
  await user.put('fresh', 'f');
  await user.put('script', '+x s');
  const umask = Number.parseInt(execFileSync('sh', ['-c', 'umask'], { encoding: 'utf8' }), 8);
  const expected = {
    old: '640',
    tool: '750',
    fresh: (0o666 & ~umask).toString(8),
    script: (0o777 & ~umask).toString(8),
  };
  for (const [name, mode] of Object.entries(expected)) assert.equal(modeOf(at(name)), mode, name);
  await user.put('tool', 'new');
  assert.equal(modeOf(at('tool')), '640');
});

test('history keeps the very file that was replaced, and the share never has a second name for a file', async (t) => {
  const { user, directory, at } = await open(t);
  await user.put('a', 'one');
  const { ino } = statSync(at('a'));
  await user.put('a', 'two');
  const { content } = fileEntry('one');
  const object = statSync(join(directory, '.syncline/objects', content.slice(0, 2), content));
  assert.deepEqual([object.ino, object.nlink], [ino, 1]);
  await user.put('b', 'one');
  await user.put('c', 'one');
  for (const name of ['a', 'b', 'c']) assert.equal(statSync(at(name)).nlink, 1, name);
});

test('a file with other names is copied to history, and its other names keep their content', async (t) => {
  const { user, share, at } = await open(t, { a: 'shared', removed: 'also shared' });
  const outside = temporaryFolder(t);
  for (const name of ['a', 'removed']) linkSync(at(name), join(outside, name));
  await share.rescan();
  await user.put('a', 'mine');
  await user.remove('removed');
  writeFileSync(join(outside, 'a'), 'edited');
  writeFileSync(join(outside, 'removed'), 'edited');
  assert.equal(await user.read(fileEntry('shared').content), 'shared');
  assert.equal(await user.read(fileEntry('also shared').content), 'also shared');
  assert.deepEqual(await user.tree(), { a: 'mine' });
});

test('a folder moves with everything in it, what is not synced included', async (t) => {
  const { user, at } = await open(t, { 'old/a': '1', 'old/.git/HEAD': 'ref', 'old/a:b': 'illegal' });
  assert.equal(codeOf(await user.rename('old', 'new')), 'done');
  assert.deepEqual(readdirSync(at('new')).sort(), ['.git', 'a', 'a:b']);
  assert(!existsSync(at('old')));
});

test('a folder that holds what is not synced is never deleted', async (t) => {
  const { user, directory } = await open(t, {
    'repo/.git/HEAD': 'ref',
    'repo/a': '1',
    'illegal/a:b': '2',
    'illegal/sub/x': '3',
    'inner/only/.git/HEAD': 'ref',
  });
  const before = harvest(directory);
  for (const name of ['repo', 'illegal', 'inner', 'inner/only'])
    assert.equal(codeOf(await user.remove(name, true)), 'DirectoryNotEmpty', name);
  assert.equal(codeOf(await user.put('inner/only', 'file')), 'DirectoryNotEmpty');
  assert.equal(codeOf(await user.rename('repo/a', 'inner/only')), 'DirectoryNotEmpty');
  assert.deepEqual(harvest(directory), before);
});

test('a folder that got a file a moment ago is not deleted as empty', async (t) => {
  const { user, directory, at } = await open(t, { 'd/e': null });
  writeFileSync(at('d/e/just-now'), 'x');
  assert.equal(codeOf(await user.remove('d/e')), 'DirectoryNotEmpty');
  assert.deepEqual(harvest(directory)['d/e/just-now'], 'x');
  // on purpose it goes, and what came just now is kept like everything else
  assert.equal(codeOf(await user.remove('d', true)), 'done');
  assert.equal(await user.read(fileEntry('x').content), 'x');
});

test('what cannot be synced is never replaced', async (t) => {
  const { user, at } = await open(t, { away: '-> /etc/passwd', 'a:b': '1' });
  execFileSync('mkfifo', [at('pipe')]);
  assert.equal(codeOf(await user.put('pipe', 'x', null)), 'UnsupportedType');
  assert.equal(codeOf(await user.put('away', 'x', null)), 'LinkOutside');
  assert.equal(codeOf(await user.put('away/x', 'x', null)), 'LinkOutside');
  assert(lstatSync(at('pipe')).isFIFO());
  assert(lstatSync(at('away')).isSymbolicLink());
  assert.equal(user.share.stats().problems, 3);
});

test('a folder that was swapped for a link leads nowhere', async (t) => {
  const outside = temporaryFolder(t);
  plant(outside, { victim: 'precious', 'sub/victim': 'precious' });
  const { user, at } = await open(t, { 'd/victim': 'mine', 'd/sub/victim': 'mine' });
  const known = fileEntry('mine');
  renameSync(at('d'), at('was-d'));
  symlinkSync(outside, at('d'));
  await user.upload('attack');
  const results = await user.commit(
    { kind: 'put', path: path('d/victim'), entry: fileEntry('attack'), expect: known },
    { kind: 'put', path: path('d/sub/new'), entry: fileEntry('attack'), expect: null },
    { kind: 'delete', path: path('d/victim'), expect: known },
    { kind: 'delete', path: path('d/sub'), expect: { kind: 'directory' }, recursive: true },
    { kind: 'rename', from: path('d/victim'), to: path('stolen'), expect: known, expectTo: null },
    { kind: 'makeDirectory', path: path('d/made') },
  );
  assert.deepEqual(
    results.map(codeOf),
    Array.from({ length: 6 }, () => 'LinkOutside'),
  );
  assert.deepEqual(harvest(outside), { sub: null, 'sub/victim': 'precious', victim: 'precious' });
});

test('a link inside the share is not followed either', async (t) => {
  const { user, directory } = await open(t, { 'real/a': '1', alias: '-> real' });
  assert.deepEqual(await user.put('alias/b', 'x'), {
    status: 'conflict',
    path: 'alias',
    current: { kind: 'link', target: 'real' },
  });
  assert.equal(codeOf(await user.remove('alias')), 'done');
  assert.deepEqual(harvest(directory), { real: null, 'real/a': '1' });
});

test('what broke off in staging goes with the next start, and uploads older than a day', async (t) => {
  let now = Date.now();
  const { share, directory, reopen } = await openShare(t, { clock: () => now });
  const user = new ShareUser(share);
  await user.upload('fresh');
  const staging = join(directory, '.syncline/staging');
  plant(staging, { 'tmp-77/inside': 'left by a crash', 'tmp-78': 'this too' });
  const reopened = await reopen();
  assert.deepEqual(readdirSync(staging), [fileEntry('fresh').content]);
  now += 25 * 3600 * 1000;
  await reopened.maintain();
  assert.deepEqual(readdirSync(staging), []);
});

test('a file that shares its inode with staging after a crash is not given away', async (t) => {
  const { user, share, directory, reopen, at } = await open(t);
  await user.upload('text');
  await share.close();
  const staged = join(directory, '.syncline/staging', fileEntry('text').content);
  linkSync(staged, at('a'));
  const reopened = await reopen();
  const again = new ShareUser(reopened);
  assert.deepEqual(await again.tree(), { a: 'text' });
  await again.commit({ kind: 'put', path: path('b'), entry: fileEntry('text'), expect: null });
  assert.notEqual(statSync(at('a')).ino, statSync(at('b')).ino);
});

test('where the file system offers no links, a file that another program has just made is not overwritten', async (t) => {
  const { user, at } = await open(t);
  await user.upload('mine');
  const link = t.mock.method(fs, 'linkSync', () => {
    throw Object.assign(new Error('no links'), { code: 'EPERM' });
  });
  syncBuiltinESMExports();
  t.after(() => {
    link.mock.restore();
    syncBuiltinESMExports();
  });
  writeFileSync(at('a'), 'theirs');
  const [result] = await user.commit({ kind: 'put', path: path('a'), entry: fileEntry('mine'), expect: null });
  assert.deepEqual(result, { status: 'conflict', path: 'a', current: fileEntry('theirs') });
  assert.equal(readFileSync(at('a'), 'utf8'), 'theirs');
});

test('contents that nothing refers to are removed after a start', async (t) => {
  const { user, share, directory, reopen } = await open(t);
  await user.put('a', 'one');
  await user.put('a', 'two');
  await share.close();
  const objects = join(directory, '.syncline/objects');
  const orphan = fileEntry('orphan').content;
  mkdirSync(join(objects, orphan.slice(0, 2)), { recursive: true });
  writeFileSync(join(objects, orphan.slice(0, 2), orphan), 'orphan');
  const reopened = await reopen();
  await reopened.maintain();
  assert(!existsSync(join(objects, orphan.slice(0, 2), orphan)));
  const kept = fileEntry('one').content;
  assert(existsSync(join(objects, kept.slice(0, 2), kept)));
});
