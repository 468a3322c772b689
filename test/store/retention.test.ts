import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShare } from '../support/embeddedShare.ts';
import { commitId, fileEntry, ShareUser } from '../support/shareUser.ts';

const DAY = 24 * 3600 * 1000;

test('versions go when they are too old, and their contents with them', async (t) => {
  let now = 1_000 * DAY;
  const { share } = await openShare(t, { clock: () => now, retention: { historyAgeMs: 10 * DAY } });
  const user = new ShareUser(share);
  for (const text of ['one', 'two', 'three']) {
    await user.put('a', text);
    now += 6 * DAY;
  }
  await share.maintain();
  const { versions } = await share.history({});
  assert.deepEqual(
    versions.map(({ entry }) => entry),
    [fileEntry('two')],
  );
  await assert.rejects(user.read(fileEntry('one').content), { code: 'ContentGone' });
  assert.equal(await user.read(fileEntry('two').content), 'two');
});

test('a path keeps its newest versions', async (t) => {
  const { share } = await openShare(t, { retention: { historyVersions: 2 } });
  const user = new ShareUser(share);
  for (const text of ['1', '2', '3', '4', '5']) await user.put('busy', text);
  for (const text of ['6', '7']) await user.put('calm', text);
  await share.maintain();
  const { versions } = await share.history({});
  const kept = versions.map(({ path, entry }) => [path, entry]);
  assert.deepEqual(kept, [
    ['calm', fileEntry('6')],
    ['busy', fileEntry('4')],
    ['busy', fileEntry('3')],
  ]);
});

test('history stays within its size, the oldest goes first, and shared contents count once', async (t) => {
  const { share } = await openShare(t, { retention: { historyBytes: 250 } });
  const user = new ShareUser(share);
  const text = (letter: string): string => letter.repeat(100);
  for (const letter of ['a', 'b', 'c', 'd']) {
    await user.put('x', text(letter));
    await user.put('y', text(letter));
  }
  await share.maintain();
  const contents = new Set(
    (await share.history({})).versions.map(({ entry }) => entry.kind === 'file' && entry.content),
  );
  assert.deepEqual(contents, new Set([fileEntry(text('b')).content, fileEntry(text('c')).content]));
  assert.equal(share.stats().historyBytes, 200);
});

test('who was away for longer than the feed remembers starts from a snapshot', async (t) => {
  const { share } = await openShare(t, { retention: { feedChanges: 3 } });
  const user = new ShareUser(share);
  const { epoch } = share.cursor();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await user.makeDirectory(name);
  await share.maintain();
  assert.deepEqual(await user.changesSince({ epoch, rev: 2 }), ['put c/', 'put d/', 'put e/']);
  assert.deepEqual((await user.changesSince({ epoch, rev: 1 }))[0], 'reset');
  assert.deepEqual(await user.changesSince({ epoch, rev: 5 }), []);
  await user.makeDirectory('f');
  assert.equal(share.cursor().rev, 6);
});

test('a repeated commit is recognised for a week', async (t) => {
  let now = 1_000 * DAY;
  const { share } = await openShare(t, { clock: () => now });
  const user = new ShareUser(share);
  await user.upload('1');
  const operation = { kind: 'put' as const, path: 'a' as never, entry: fileEntry('1'), expect: null };
  const commit = { id: commitId(), by: 'tester', operations: [operation] };
  await share.commit(commit);
  await user.remove('a');
  now += 6 * DAY;
  await share.maintain();
  await share.commit(commit);
  assert.deepEqual(await user.tree(), {});
  now += 2 * DAY;
  await share.maintain();
  await share.commit(commit);
  assert.deepEqual(await user.tree(), { a: '1' });
});

test('housekeeping works in steps between which commits go on', async (t) => {
  const { share } = await openShare(t, { retention: { historyVersions: 1 } });
  const user = new ShareUser(share);
  for (let i = 0; i < 40; i++) await user.put(`f${i % 4}`, `text ${i}`);
  const maintained = share.maintain();
  assert.equal((await user.put('during', 'x')).status, 'done');
  await maintained;
  assert.equal((await share.history({})).versions.length, 4);
});
