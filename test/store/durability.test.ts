import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { createExclusive } from '../../server/protocol/disk/atomicFile.ts';
import { IndexDatabase } from '../../server/store/embedded/indexDatabase.ts';
import { Staging } from '../../server/store/embedded/staging.ts';
import { openShare } from '../support/embeddedShare.ts';
import { isSynclineError } from '../support/errors.ts';
import { fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';
import { watchDisk } from '../support/watchDisk.ts';

test('before a commit is answered, contents are synced, then history, then the folders that changed', async (t) => {
  const { share, directory } = await openShare(t);
  const user = new ShareUser(share);
  await user.put('d/edit', 'old');
  await user.put('d/gone', 'deleted');
  const steps = watchDisk(t, directory);
  await user.upload('new', 'created');
  await user.commit(
    { kind: 'put', path: path('d/edit'), entry: fileEntry('new'), expect: fileEntry('old') },
    { kind: 'put', path: path('made/file'), entry: fileEntry('created'), expect: null },
    { kind: 'delete', path: path('d/gone'), expect: fileEntry('deleted') },
    { kind: 'rename', from: path('d/edit'), to: path('edit'), expect: fileEntry('new'), expectTo: null },
  );
  const at = (step: string): number => {
    const index = steps.indexOf(step);
    assert(index >= 0, `${step} is not among\n${steps.join('\n')}`);
    return index;
  };
  const object = (text: string): string => {
    const { content } = fileEntry(text);
    return join('.syncline/objects', content.slice(0, 2), content);
  };
  const staged = (text: string): string => join('.syncline/staging', fileEntry(text).content);
  assert(at(`sync ${staged('new')}`) < at(`rename ${staged('new')} d/edit`));
  assert(at(`sync ${staged('created')}`) < at(`link ${staged('created')} made/file`));
  assert(at(`link d/edit ${object('old')}`) < at(`rename ${staged('new')} d/edit`));
  assert(at(`link d/gone ${object('deleted')}`) < at('unlink d/gone'));
  const lastChange = at('rename d/edit edit');
  for (const text of ['old', 'deleted']) {
    const folder = at(`sync ${join(object(text), '..')}`);
    assert(folder > lastChange);
    for (const changed of ['sync ', 'sync d', 'sync made']) assert(at(changed) > folder, changed);
  }
});

test('a content that the disk could not sync is not answered for, and not put in place', async (t) => {
  const { share } = await openShare(t);
  const user = new ShareUser(share);
  await user.put('a', 'old');
  breakSync(t, fileEntry('new').content);
  await user.upload('new');
  const put = { kind: 'put', path: path('a'), entry: fileEntry('new'), expect: fileEntry('old') } as const;
  const [result] = await user.commit(put).catch(() => []);
  assert.notEqual(result?.status, 'done');
  assert.deepEqual(await user.entryAt('a'), fileEntry('old'));
});

test('what the disk said of a large content while it was written is not forgotten', async (t) => {
  const { share } = await openShare(t);
  const piece = Buffer.alloc(1024 * 1024, 'large');
  const part = {
    content: contentIdOf(Buffer.concat(Array.from({ length: 40 }, () => piece))),
    size: 40 << 20,
    from: 0,
  };
  breakSync(t, part.content, 1);
  const writer = await share.contents.sink().open(part);
  const write = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) await writer.write(piece);
  };
  await assert.rejects(
    write().then(() => writer.finish()),
    isSynclineError('StorageFailed'),
  );
});

test('a content that the disk could not sync is not offered to a later commit', async (t) => {
  const staging = new Staging(temporaryFolder(t));
  const { content, size } = fileEntry('new');
  breakSync(t, content);
  const file = staging.partOf(content);
  await staging.complete(content, file, size, createExclusive(file));
  await assert.rejects(staging.get(content)?.synced ?? Promise.resolve(), { code: 'EIO' });
  assert.deepEqual([staging.has(content), existsSync(file)], [false, false]);
});

/** From now on, or only so many times, fsync fails of a file whose name contains this. */
function breakSync(t: TestContext, name: string, times = Infinity): void {
  const original = fs.fsync;
  let left = times;
  const broken = (descriptor: number, done: (error: Error | null) => void): void => {
    const isHit = readlinkSync(`/proc/self/fd/${descriptor}`).includes(name) && left-- > 0;
    if (isHit) setImmediate(done, Object.assign(new Error('broken'), { code: 'EIO' }));
    else original(descriptor, done);
  };
  Object.assign(fs, { fsync: broken });
  syncBuiltinESMExports();
  t.after(() => {
    Object.assign(fs, { fsync: original });
    syncBuiltinESMExports();
  });
}

test('what was there already is synced before it is answered for, whoever put it there', async (t) => {
  const { share, directory } = await openShare(t, { prepare: (folder) => plant(folder, { 'd/e/a': 'same' }) });
  const steps = watchDisk(t, directory);
  const user = new ShareUser(share);
  await user.upload('same');
  await user.commit({ kind: 'put', path: path('d/e/a'), entry: fileEntry('same'), expect: null });
  for (const step of ['sync d/e/a', 'sync d/e', 'sync d', 'sync ']) assert(steps.includes(step), steps.join('\n'));
});

test('what a commit finds of others is synced before anybody is told of it, also when it refuses to touch it', async (t) => {
  const { share, directory } = await openShare(t);
  const user = new ShareUser(share);
  await user.put('d/mine', 'mine');
  // a folder on the way is found before the operations, a file in a known one by the operation itself
  plant(directory, { 'new/theirs': 'theirs', 'd/theirs': 'theirs' });
  const steps = watchDisk(t, directory);
  for (const name of ['new/theirs', 'd/theirs']) {
    const refused = await user.put(name, 'other', null);
    assert.deepEqual(refused, { status: 'conflict', path: name, current: fileEntry('theirs') });
    for (const step of [`sync ${name}`, `sync ${join(name, '..')}`])
      assert(steps.includes(step), `${step}: ${steps.join('\n')}`);
  }
});

test('folders that another program made are synced with the first file that is put into them, and not again', async (t) => {
  const { share, directory } = await openShare(t);
  mkdirSync(join(directory, 'other/deep'), { recursive: true });
  await share.rescan();
  const steps = watchDisk(t, directory);
  const user = new ShareUser(share);
  await user.put('other/deep/a', '1');
  for (const step of ['sync other/deep', 'sync other', 'sync ']) assert(steps.includes(step), steps.join('\n'));
  steps.length = 0;
  await user.put('other/deep/b', '2');
  assert(steps.includes('sync other/deep') && !steps.includes('sync other'), steps.join('\n'));
});

test('the folders that history and uploads lie in are on the disk before anything is', async (t) => {
  const directory = join(temporaryFolder(t), 'share');
  mkdirSync(directory);
  const steps = watchDisk(t, directory);
  await openShare(t, { directory });
  assert(steps.includes('sync .syncline') && steps.includes('sync '), steps.join('\n'));
});

test('the index syncs every transaction to the disk', (t) => {
  const folder = temporaryFolder(t);
  const index = IndexDatabase.open(folder, [folder]);
  const { synchronous } = index.writer
    .query<{ synchronous: number }>('SELECT synchronous FROM pragma_synchronous')
    .get() ?? { synchronous: 0 };
  index.close();
  const FULL = 2;
  assert.equal(synchronous, FULL);
});
