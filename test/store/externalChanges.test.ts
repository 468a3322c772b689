import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { openShare, TestLog } from '../support/embeddedShare.ts';
import { describe, entryOf, fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { harvest, plant, type Tree } from '../support/tree.ts';
import { identityOf, isRacy, nowNs } from '../../server/protocol/disk/statIdentity.ts';
import { openParts } from '../../server/store/embedded/shareParts.ts';
import { ShareScans } from '../../server/store/embedded/shareScans.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import type { Share } from '../../server/store/share.ts';

/** Resolves when the share tells a state in which `isThere` holds. */
async function until(share: Share, isThere: () => boolean | Promise<boolean>): Promise<void> {
  const told = Promise.withResolvers<void>();
  const check = async (): Promise<void> => {
    if (await isThere()) told.resolve();
  };
  using _ = share.onDidChange(() => void check().catch(told.reject));
  await check();
  await told.promise;
}

async function open(t: TestContext, tree: Tree = {}) {
  const opened = await openShare(t, { prepare: (directory) => plant(directory, tree) });
  return { ...opened, user: new ShareUser(opened.share), at: (name: string) => join(opened.directory, name) };
}

/** As {@link open}, with files so old that the share trusts their times: only a look at the very moment tells what changed since. */
async function openAged(t: TestContext, tree: Tree) {
  const directory = temporaryFolder(t);
  plant(directory, tree);
  const isYoung = (name: string): boolean =>
    isRacy(identityOf(lstatSync(join(directory, name), { bigint: true })), nowNs());
  while (Object.keys(tree).some(isYoung)) await setImmediate();
  const opened = await openShare(t, { directory });
  return { ...opened, user: new ShareUser(opened.share), at: (name: string) => join(directory, name) };
}

test('a directory that has files is adopted with all of them', async (t) => {
  const tree = { 'a/b/c.txt': 'deep', 'a/run': '+x run', link: '-> a/run', empty: null, 'x/file': '' };
  const { user, share, directory } = await open(t, tree);
  const all = { a: null, 'a/b': null, x: null, ...tree };
  assert.deepEqual(await user.tree(), harvest(directory));
  assert.deepEqual(Object.keys(await user.tree()).sort(), Object.keys(all).sort());
  assert.equal(share.cursor().rev, 8);
});

test('a large directory is adopted in several steps, without a hole in the feed', async (t) => {
  const names = Array.from({ length: 12_000 }, (_, i) => `d${i % 50}/f${i}`);
  const { share, user } = await open(t, Object.fromEntries(names.map((name) => [name, ''])));
  const { epoch, rev } = share.cursor();
  assert.equal(rev, 12_050);
  assert.equal((await user.changesSince({ epoch, rev: rev - 5 })).length, 5);
  assert.equal(share.stats().entries, 12_050);
});

test('a file and a folder of a commit that others change at once are noticed, as others’ changes', async (t) => {
  const { user, share, at } = await open(t);
  await user.put('d/e/f', 'ours');
  writeFileSync(at('d/e/f'), 'theirs');
  mkdirSync(at('d/e/g'));
  writeFileSync(at('d/e/g/new'), 'theirs, too');
  const all = { d: null, 'd/e': null, 'd/e/g': null, 'd/e/f': 'theirs', 'd/e/g/new': 'theirs, too' };
  await until(share, async () => isDeepStrictEqual(await user.tree().catch(() => null), all));
});

test('who asks what has changed while others’ files are being taken in is told of them, too', async (t) => {
  const directory = temporaryFolder(t);
  const parts = await openParts({ name: 'x', directory, log: new TestLog() });
  const { root, reader, problems, own } = parts;
  const asked = Promise.withResolvers<void>();
  const takenIn = Promise.withResolvers<readonly []>();
  const takeIn = (): Promise<readonly []> => {
    asked.resolve();
    return takenIn.promise;
  };
  const log = new TestLog();
  const scans = new ShareScans(
    { root, entries: reader.entries, problems, log, own, settled: async () => {}, takeIn },
    {},
  );
  await scans.start();
  await scans.caughtUp();
  writeFileSync(join(directory, 'new'), '1');
  await asked.promise;
  let isCaughtUp = false;
  const waiting = scans.caughtUp().then(() => (isCaughtUp = true));
  await setImmediate();
  assert.equal(isCaughtUp, false);
  takenIn.resolve([]);
  await waiting;
  await scans.close();
  parts.database.close();
});

test('what never belongs to a share is not adopted, and what cannot be synced is counted', async (t) => {
  const { user, share } = await open(t, { 'p/.git/HEAD': 'ref', 'a:b': '1', away: '-> /etc/passwd', ok: '2' });
  assert.deepEqual(await user.tree(), { ok: '2', p: null });
  assert.equal(share.stats().problems, 2);
});

test('of names that cannot stand side by side the first stays, and it keeps its place', async (t) => {
  const { user, share, at } = await open(t, { readme: 'first' });
  writeFileSync(at('README'), 'second');
  await share.rescan();
  assert.deepEqual(await user.tree(), { readme: 'first' });
  assert.equal(share.stats().problems, 1);
  renameSync(at('README'), at('other'));
  await share.rescan();
  assert.deepEqual(await user.tree(), { other: 'second', readme: 'first' });
  assert.equal(share.stats().problems, 0);
});

test('what lies in a folder that cannot stand beside another is left out with it, and comes with it', async (t) => {
  const { user, share, at } = await open(t, { 'd/a': 'first' });
  plant(at('D'), { b: 'second', 'e/c': 'third' });
  const since = share.cursor();
  for (let times = 0; times < 2; times++) await share.rescan();
  assert.deepEqual(await user.changesSince(since), []);
  plant(at('new'), { 'x/1': 'one', 'X/2': 'two' });
  await share.rescan();
  renameSync(at('D'), at('other'));
  await share.rescan();
  const { d: _, 'd/a': __, ...come } = await user.tree();
  const other = { other: null, 'other/b': 'second', 'other/e': null, 'other/e/c': 'third' };
  assert.deepEqual(come, { new: null, 'new/X': null, 'new/X/2': 'two', ...other });
});

test('what other programs do in the folder is noticed and told', async (t) => {
  const { user, share, at } = await open(t, { a: '1', 'd/b': '2' });
  writeFileSync(at('a'), 'changed');
  plant(at('new'), { 'deep/file': '+x 3' });
  rmSync(at('d'), { recursive: true });
  symlinkSync('a', at('link'));
  const tree = { a: 'changed', link: '-> a', new: null, 'new/deep': null, 'new/deep/file': '+x 3' };
  const expected = Object.fromEntries(Object.entries(tree).map(([name, notation]) => [name, entryOf(notation)]));
  await until(share, async () => isDeepStrictEqual(await user.entries(), expected));
  assert.deepEqual(await user.tree(), tree);
});

test('a folder that another program moved is told as a move, and a new one of the old name as new', async (t) => {
  const { user, share, at } = await open(t, { 'old/sub/a': '1', 'old/b': '2' });
  const before = share.cursor();
  renameSync(at('old'), at('moved'));
  await share.rescan();
  assert.deepEqual(await user.changesSince(before), ['rename old moved']);
  mkdirSync(at('old'));
  mkdirSync(at('elsewhere'));
  renameSync(at('moved/sub'), at('elsewhere/sub'));
  writeFileSync(at('elsewhere/sub/c'), '3');
  await share.rescan();
  assert.deepEqual(await user.tree(), {
    elsewhere: null,
    'elsewhere/sub': null,
    'elsewhere/sub/a': '1',
    'elsewhere/sub/c': '3',
    moved: null,
    'moved/b': '2',
    old: null,
  });
  const told = await user.changesSince(before);
  assert(told.includes('rename moved/sub elsewhere/sub'), String(told));
});

test('a change of case by another program never leaves both names', async (t) => {
  const { user, share, at } = await open(t, { 'Dir/a': '1', Readme: '2' });
  const before = share.cursor();
  renameSync(at('Dir'), at('DIR'));
  renameSync(at('Readme'), at('README'));
  await share.rescan();
  assert.deepEqual(await user.tree(), { DIR: null, 'DIR/a': '1', README: '2' });
  const told = await user.changesSince(before);
  assert(told.indexOf('delete Readme') < told.indexOf('put README'), String(told));
});

test('a commit finds what another program wrote a moment ago, and overwrites nothing', async (t) => {
  const { user, at } = await openAged(t, { a: 'base', 'd/x': 'base' });
  const expect = fileEntry('base');
  writeFileSync(at('a'), 'edited there');
  const put = await user.put('a', 'mine', expect);
  assert.deepEqual(put, { status: 'conflict', path: 'a', current: fileEntry('edited there') });
  writeFileSync(at('new'), 'theirs');
  assert.equal((await user.put('new', 'mine', null)).status, 'conflict');
  writeFileSync(at('d/x'), 'same size'.slice(0, 4));
  const [removed] = await user.commit({ kind: 'delete', path: path('d/x'), expect });
  assert.deepEqual(removed, { status: 'conflict', path: 'd/x', current: fileEntry('same') });
  rmSync(at('d'), { recursive: true });
  const [gone] = await user.commit({
    kind: 'put',
    path: path('d/x'),
    entry: fileEntry('base'),
    expect: fileEntry('same'),
  });
  assert.deepEqual(gone, { status: 'conflict', path: 'd/x', current: null });
  assert.equal(readFileSync(at('a'), 'utf8'), 'edited there');
});

test('a name that could not stand beside another is taken as soon as that one is gone', async (t) => {
  const { user, share, at } = await openAged(t, { 'D/a': 'base' });
  mkdirSync(at('d'));
  writeFileSync(at('d/x'), 'theirs');
  await share.rescan();
  const expect = fileEntry('theirs');
  const refused = await user.put('d/x', 'mine', expect);
  assert.equal(refused.status === 'problem' && refused.code, 'NameCollision');
  await user.commit(
    { kind: 'delete', path: path('D/a'), expect: fileEntry('base') },
    { kind: 'delete', path: path('D'), expect: { kind: 'directory' } },
  );
  assert.equal((await user.put('d/x', 'mine', expect)).status, 'done');
  assert.equal(readFileSync(at('d/x'), 'utf8'), 'mine');
});

test('an edit that keeps size and time of a file is found by its ctime', async (t) => {
  const { user, share, at } = await open(t, { a: 'one' });
  const { atime, mtime } = statSync(at('a'));
  writeFileSync(at('a'), 'two');
  utimesSync(at('a'), atime, mtime);
  await share.rescan();
  assert.deepEqual(await user.tree(), { a: 'two' });
});

test('an edit right behind a commit is not taken for the commit itself', async (t) => {
  const { user, share, at } = await open(t);
  for (let i = 0; i < 20; i++) {
    await user.put('a', `mine${i}`);
    writeFileSync(at('a'), `they${i}`);
    await share.rescan();
    assert.deepEqual(await user.tree(), { a: `they${i}` });
  }
});

test('old content that another program overwrote or deleted is in history only if the share holds it', async (t) => {
  const { user, share, at } = await open(t);
  await user.put('a', 'held');
  await user.put('a', 'other');
  await user.put('a', 'held');
  await user.put('b', 'not held');
  await user.put('link', '-> a');
  writeFileSync(at('a'), 'theirs');
  rmSync(at('b'));
  rmSync(at('link'));
  await share.rescan();
  const { versions } = await share.history({});
  const byServer = versions.filter(({ by }) => by === 'server').map(({ path: name, reason }) => `${name} ${reason}`);
  assert.deepEqual(byServer.sort(), ['a replaced', 'link deleted']);
});

test('what happened while the server was down is taken in when it starts', async (t) => {
  const { user, share, at, reopen } = await open(t, { keep: '1', edit: '2', gone: '3', 'dir/x': '4' });
  const { epoch, rev } = share.cursor();
  await share.close();
  writeFileSync(at('edit'), 'edited');
  rmSync(at('gone'));
  renameSync(at('dir'), at('moved'));
  const reopened = await reopen();
  assert.equal(reopened.cursor().epoch, epoch);
  const { changes } = await reopened.changes({ since: { epoch, rev } });
  assert.deepEqual(changes.map(describe).sort(), ['delete gone', 'put edit', 'rename dir moved']);
  assert.deepEqual(Object.keys(await new ShareUser(reopened).tree()), ['edit', 'keep', 'moved', 'moved/x']);
  assert.equal(user.share, share);
});

test('the share’s own writes are recognised and change nothing a second time', async (t) => {
  const { user, share, at } = await open(t);
  for (let i = 0; i < 30; i++) await user.put(`d${i % 3}/f${i}`, `text ${i}`);
  await user.rename('d0', 'e');
  await user.remove('d1', true);
  const { rev } = share.cursor();
  // the watcher tells of this file last, so everything before has been looked at by then
  writeFileSync(at('marker'), 'x');
  await until(share, async () => (await user.entryAt('marker')) !== null);
  assert.equal(share.cursor().rev, rev + 1);
});

test('bytes that another program touches or writes once more are no change (row 19)', async (t) => {
  const { user, share, at } = await open(t, { 'd/touched': 'text', 'd/rewritten': 'text' });
  const before = share.cursor();
  const year = 365 * 24 * 3600;
  for (const shift of [-year, year]) {
    const time = Date.now() / 1000 + shift;
    utimesSync(at('d/touched'), time, time);
    writeFileSync(at('d/rewritten'), 'text');
    utimesSync(at('d/rewritten'), time, time);
    await share.rescan();
    assert.deepEqual(share.cursor(), before);
  }
  await user.put('d/touched', 'new', fileEntry('text'));
  assert.deepEqual(await user.entryAt('d/touched'), fileEntry('new'));
});

test('verification finds bytes that changed without leaving a trace', async (t) => {
  const { user, share, at } = await open(t, { 'd/good': 'good', 'd/rotten': 'before', extra: '1' });
  // a disk that returns other bytes: the index still says what lstat says
  const { path: rotten } = { path: at('d/rotten') };
  writeFileSync(rotten, 'after!');
  const { drift, checked, after } = await share.verify({});
  assert.deepEqual(drift, [{ path: 'd/rotten', indexed: fileEntry('before'), found: fileEntry('after!') }]);
  assert.deepEqual([checked, after], [3, null]);
  assert.equal((await user.tree())['d/rotten'], 'after!');
  assert.deepEqual((await share.verify({})).drift, []);
  rmSync(at('extra'));
  writeFileSync(at('d/unknown'), 'u');
  const second = await share.verify({});
  assert.deepEqual(
    second.drift.map(({ path: name, found }) => [name, found]),
    [
      ['d/unknown', fileEntry('u')],
      ['extra', null],
    ],
  );
});

test('a file or object whose bytes are not what the index says is not given out', async (t) => {
  const { user, directory, at } = await open(t);
  await user.put('a', 'old text');
  await user.put('a', 'new text');
  const { content } = fileEntry('old text');
  writeFileSync(join(directory, '.syncline/objects', content.slice(0, 2), content), 'tampered');
  await assert.rejects(user.read(content), { code: 'ContentGone' });
  writeFileSync(at('a'), 'tampered');
  await assert.rejects(user.read(fileEntry('new text').content), { code: 'ContentGone' });
});
