import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import type { Share } from '../../server/store/share.ts';
import { openShare, TestLog } from '../support/embeddedShare.ts';
import { commitId, fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';

const TREE = { 'd/a': '1', b: '2' };

async function open(t: TestContext, options: Parameters<typeof openShare>[1] = {}) {
  const opened = await openShare(t, { prepare: (directory) => plant(directory, TREE), retryMs: 5, ...options });
  return { ...opened, user: new ShareUser(opened.share) };
}

const put = (share: Share) =>
  share.commit({
    id: commitId(),
    by: 'tester',
    operations: [{ kind: 'makeDirectory', path: path('made') }],
  });

async function untilAvailable(share: Share, wanted: boolean): Promise<void> {
  while (share.stats().available !== wanted) await new Promise((resolve) => setImmediate(resolve));
}

for (const [what, take] of Object.entries({
  'moved away': (directory: string) => renameSync(directory, `${directory}-aside`),
  'replaced by a file': (directory: string) => {
    renameSync(directory, `${directory}-aside`);
    writeFileSync(directory, '');
  },
  'hidden by an empty one': (directory: string) => {
    renameSync(directory, `${directory}-aside`);
    mkdirSync(directory);
  },
}))
  test(`a folder that was ${what} makes the share unavailable, not empty, until it is back`, async (t) => {
    const { share, user, directory, log } = await open(t);
    const before = share.cursor();
    take(directory);
    await assert.rejects(put(share), { code: 'ShareUnavailable' });
    await assert.rejects(share.rescan(), { code: 'ShareUnavailable' });
    await assert.rejects(user.upload('text'), { code: 'ShareUnavailable' });
    await assert.rejects(share.verify({}), { code: 'ShareUnavailable' });
    await assert.rejects(user.read(fileEntry('1').content), { code: 'ShareUnavailable' });
    assert.equal(share.stats().available, false);
    assert.deepEqual(Object.keys(await user.entries()), ['b', 'd', 'd/a']);
    rmSync(directory, { recursive: true, force: true });
    renameSync(`${directory}-aside`, directory);
    await untilAvailable(share, true);
    assert.deepEqual(share.cursor(), before);
    assert.deepEqual(await user.tree(), { b: '2', d: null, 'd/a': '1' });
    assert.equal((await put(share)).results[0]?.status, 'done');
    assert(log.messages.includes("The share's folder is unavailable"));
  });

test('a folder that was emptied together with its state is unavailable, too', async (t) => {
  const { share, user, directory } = await open(t);
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
  await assert.rejects(share.rescan(), { code: 'ShareUnavailable' });
  assert.deepEqual(Object.keys(await user.entries()), ['b', 'd', 'd/a']);
});

test('the watcher notices that the folder is gone, and that it is back', async (t) => {
  const { share, user, directory } = await open(t);
  renameSync(directory, `${directory}-aside`);
  await untilAvailable(share, false);
  writeFileSync(join(`${directory}-aside`, 'b'), 'changed meanwhile');
  renameSync(`${directory}-aside`, directory);
  await untilAvailable(share, true);
  assert.equal((await user.tree())['b'], 'changed meanwhile');
});

test('a folder inside the share that cannot be looked into is not taken for an empty one', async (t) => {
  const { share, user, directory } = await open(t);
  renameSync(join(directory, 'd'), join(directory, 'aside'));
  symlinkSync('/proc', join(directory, 'd'));
  await share.rescan();
  assert.deepEqual(Object.keys(await user.entries()), ['aside', 'aside/a', 'b', 'd', 'd/a']);
  assert.equal(share.stats().problems, 1);
});

test('two servers never serve one folder', async (t) => {
  const { directory } = await open(t);
  const second = { name: 'second', directory, log: new TestLog() };
  await assert.rejects(EmbeddedShare.open(second), { code: 'TargetBusy' });
  const elsewhere = { ...second, stateDirectory: temporaryFolder(t) };
  await assert.rejects(EmbeddedShare.open(elsewhere), { code: 'TargetBusy' });
});

test('what cannot be served says why', async (t) => {
  const folder = temporaryFolder(t);
  const log = new TestLog();
  plant(folder, { file: 'x', 'share/a': '1' });
  const open = (directory: string, stateDirectory?: string) =>
    EmbeddedShare.open({ name: 'x', directory: join(folder, directory), stateDirectory, log });
  await assert.rejects(open('missing'), { code: 'ShareUnavailable' });
  await assert.rejects(open('file'), { code: 'ShareUnavailable' });
  await assert.rejects(open('share', join(folder, 'file/state')), { code: 'NotADirectory' });
  writeFileSync(
    join(folder, 'share/.syncline/index.db'),
    'this is no database, but it is long enough to be looked at'.repeat(50),
  );
  await assert.rejects(open('share'), { code: 'StorageFailed' });
  const made = await EmbeddedShare.open({ name: 'x', directory: join(folder, 'new/share'), create: true, log });
  await made.close();
});

test('with the state on another file system, contents stay beside the files', async (t) => {
  const stateDirectory = mkdtempSync('/dev/shm/syncline-test-');
  t.after(() => rmSync(stateDirectory, { recursive: true }));
  const { share, user, directory, reopen } = await open(t, { stateDirectory });
  await user.put('b', 'new');
  assert.deepEqual(readdirSync(join(directory, '.syncline')).sort(), ['lock.db', 'objects', 'share', 'staging']);
  assert(readdirSync(stateDirectory).includes('index.db'));
  const { epoch } = share.cursor();
  const reopened = await reopen();
  assert.equal(reopened.cursor().epoch, epoch);
  assert.equal(await new ShareUser(reopened).read(fileEntry('2').content), '2');
  await reopened.close();
  rmSync(join(directory, '.syncline'), { recursive: true });
  await assert.rejects(reopen(), { code: 'ShareUnavailable' });
});

test('a state folder inside the share is not part of it', async (t) => {
  const folder = temporaryFolder(t);
  const directory = join(folder, 'share');
  const { user, share } = await open(t, { directory, stateDirectory: join(directory, 'my/state') });
  await share.rescan();
  assert.deepEqual(Object.keys(await user.entries()), ['b', 'd', 'd/a', 'my']);
  const [result] = await user.commit({ kind: 'makeDirectory', path: path('my/state/x') });
  assert.equal(result?.status === 'problem' && result.code, 'IllegalPath');
});
