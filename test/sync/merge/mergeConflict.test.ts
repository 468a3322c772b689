import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Mergeable, putMerged } from '../../../extension/sync/merge/mergeConflict.ts';
import type { Mode } from '../../../extension/sync/reconcile/mode.ts';
import { nodeAt } from '../../../extension/sync/tree/tree.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { history } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { MemoryEndpoint } from '../../support/memoryEndpoint.ts';
import { type ServerProcess, startServer } from '../../support/serverProcess.ts';
import { SyncedFolder } from '../../support/syncedFolder.ts';
import { harvest, plant } from '../../support/tree.ts';
import { show, treeOf } from '../../support/treeNotation.ts';

const BASE = 'one\ntwo\nthree\nfour\nfive\n';
const MINE = 'ONE\ntwo\nthree\nfour\nfive\n';
const THEIRS = 'one\ntwo\nthree\nfour\nFIVE\n';
const MERGED = 'ONE\ntwo\nthree\nfour\nFIVE\n';

/** Mine is edited here and theirs by another client of the same server, so that its history has what both started from. */
async function diverged(
  t: TestContext,
  options: { merge?: boolean; mode?: Mode; base?: string; mine?: string; theirs?: string },
): Promise<{ server: ServerProcess; folder: SyncedFolder; other: SyncedFolder }> {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server, options.mode, undefined, options.merge);
  const other = new SyncedFolder(t, server);
  plant(folder.root, { a: options.base ?? BASE });
  await folder.sync();
  plant(other.root, {});
  await other.sync();
  writeFileSync(folder.at('a'), options.mine ?? MINE);
  writeFileSync(other.at('a'), options.theirs ?? THEIRS);
  await other.sync();
  return { server, folder, other };
}

const conflictCount = async (folder: SyncedFolder): Promise<number> => (await folder.open()).conflicts().length;

test('a target that asks for it merges edits of different lines, and both originals are kept', async (t) => {
  const { server, folder, other } = await diverged(t, { merge: true });
  chmodSync(folder.at('a'), 0o755);
  const { summary } = await folder.sync();
  assert.deepEqual([summary.conflicts, summary.problems], [0, 0]);
  assert.equal(readFileSync(folder.at('a'), 'utf8'), MERGED);
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), MERGED);
  assert.ok(statSync(join(server.directory, 'a')).mode & 0o100, 'the executable bit merges by itself');
  assert.deepEqual(folder.safetyCopies(), ['a'], 'mine is a safety copy');
  const client = await folder.connection.client();
  const { versions } = await client.request(history, { share: 'files', path: parseWirePath('a') });
  const kept = versions.map(({ entry }) => entry.kind === 'file' && entry.content);
  assert.ok(kept.includes(contentIdOf(Buffer.from(THEIRS))), 'theirs is in the history');
  await other.sync();
  assert.equal(readFileSync(other.at('a'), 'utf8'), MERGED);
  folder.wire.length = 0;
  await folder.sync();
  assert.ok(!folder.calls().includes('files/commit'), 'and then both sides agree');
});

test('nobody who did not ask gets a merge, and edits that overlap stay a conflict with a reason', async (t) => {
  const unasked = await diverged(t, {});
  assert.equal((await unasked.folder.sync()).summary.conflicts, 1);
  assert.equal(
    (await unasked.folder.open()).unmergedBecause((await unasked.folder.open()).conflicts()[0] as never),
    undefined,
  );

  const { server, folder } = await diverged(t, { merge: true, theirs: BASE.replace('one', 'Eins') });
  const { conflicts } = await folder.sync();
  assert.equal(conflicts.length, 1);
  assert.match(
    (await folder.open()).unmergedBecause(conflicts[0] as (typeof conflicts)[number]) ?? '',
    /^“a” cannot be merged: the edits overlap: line 1 here and line 1 on the server\. Nothing was changed\.$/,
  );
  assert.deepEqual(
    [readFileSync(folder.at('a'), 'utf8'), readFileSync(join(server.directory, 'a'), 'utf8')],
    [MINE, BASE.replace('one', 'Eins')],
  );
  folder.wire.length = 0;
  await folder.sync();
  assert.ok(!folder.calls().some((method) => method.startsWith('content/')), 'it is not tried again for nothing');
});

test('a conflict whose common state is no longer to be had stays one, and says so', async (t) => {
  const { server, folder } = await diverged(t, { merge: true });
  writeFileSync(join(server.directory, 'b'), 'x');
  await folder.serverSees({ b: 'x' });
  const alone = new SyncedFolder(t, server, 'two-way', undefined, true);
  await alone.sync();
  writeFileSync(alone.at('b'), 'mine');
  // by another program, in place: nobody kept what was there before
  writeFileSync(join(server.directory, 'b'), 'by hand');
  await alone.serverSees({ b: 'by hand' });
  const { conflicts } = await alone.sync();
  assert.deepEqual(
    conflicts.map(({ path }) => path),
    ['b'],
  );
  assert.match(
    (await alone.open()).unmergedBecause(conflicts[0] as (typeof conflicts)[number]) ?? '',
    /the server no longer has the state that both sides started from/,
  );
  assert.equal(readFileSync(alone.at('b'), 'utf8'), 'mine');
});

test('a conflict is merged on demand, and refused where a mode writes on one side alone', async (t) => {
  const { server, folder } = await diverged(t, {});
  await folder.sync();
  await (await folder.open()).resolve('a', 'merge');
  assert.equal(await conflictCount(folder), 0);
  assert.equal(harvest(server.directory)['a'], MERGED);
  assert.equal(harvest(folder.root)['a'], MERGED);

  const push = await diverged(t, { mode: 'push' });
  await push.folder.sync();
  await assert.rejects((await push.folder.open()).resolve('a', 'merge'), { code: 'CannotMerge' });
  assert.equal(await conflictCount(push.folder), 1);
});

test('while syncing continuously a merge happens by itself, and other clients get it', async (t) => {
  const server = await startServer(t);
  const one = new SyncedFolder(t, server, 'two-way', undefined, true);
  const two = new SyncedFolder(t, server, 'two-way', undefined, true);
  plant(one.root, { a: BASE });
  plant(two.root, {});
  const targets = [await one.open(), await two.open()];
  const { promise: merged, resolve } = Promise.withResolvers<void>();
  const sides = [one.root, two.root, server.directory];
  const check = (): void => {
    const isMerged = (root: string): boolean =>
      existsSync(join(root, 'a')) && readFileSync(join(root, 'a'), 'utf8') === MERGED;
    if (sides.every(isMerged) && targets.every((target) => target.conflicts().length === 0)) resolve();
  };
  for (const target of targets) await target.syncOnce();
  writeFileSync(one.at('a'), MINE);
  writeFileSync(two.at('a'), THEIRS);
  for (const target of targets) {
    target.onSettled(check);
    await target.start();
  }
  await merged;
});

const file = (text: string): Mergeable['mine'] => {
  const bytes = Buffer.from(text);
  return { kind: 'file', content: contentIdOf(bytes), size: bytes.length, executable: false };
};
const conflict: Mergeable = { path: parseWirePath('a'), base: file('1'), mine: file('2'), theirs: file('3') };
const merged = { entry: file('merged'), bytes: Buffer.from('merged') };

test('a side that changed meanwhile is not overwritten, and what is left is still a conflict of all that was written', async () => {
  const sides = { local: new MemoryEndpoint(treeOf('a=2')), remote: new MemoryEndpoint(treeOf('a=3')) };
  sides.local.beforeOperation = () => void (sides.local.tree = treeOf('a=edited'));
  await assert.rejects(putMerged(conflict, merged, sides, { onApplied() {} }), { code: 'Changed' });
  assert.deepEqual([show(sides.local.tree), show(sides.remote.tree)], ['a=edited', 'a=3']);

  const later = { local: new MemoryEndpoint(treeOf('a=2')), remote: new MemoryEndpoint(treeOf('a=3')) };
  later.remote.beforeOperation = () => void (later.remote.tree = treeOf('a=newer'));
  await assert.rejects(putMerged(conflict, merged, later, { onApplied() {} }), { code: 'Changed' });
  assert.equal(show(later.remote.tree), 'a=newer');
  assert.deepEqual(nodeAt(later.local.tree, conflict.path), merged.entry);
});
