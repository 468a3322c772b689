import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSound } from '../../extension/sync/verification.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { untilOld } from '../support/untilOld.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { damageLocally, damageServer } from '../support/silentDamage.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { harvest, plant } from '../support/tree.ts';

/** A folder that agrees with its server, and whose files are all on record with an identity that is trusted. */
async function agreed(
  t: TestContext,
  tree: Record<string, string>,
  dir?: WirePath,
): Promise<{ server: ServerProcess; folder: SyncedFolder }> {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server, 'two-way', dir);
  plant(folder.root, tree);
  await untilOld();
  await folder.sync();
  return { server, folder };
}

test('reads both sides again and finds nothing where nothing is', async (t) => {
  const { folder } = await agreed(t, { a: '1', 'd/b': '2', '.gitignore': 'ignored\n', ignored: 'not read' });
  const target = await folder.open();
  const counted: string[] = [];
  const verification = await target.verify({ onProgress: (side, files) => counted.push(`${side} ${files}`) });
  assert.ok(isSound(verification));
  assert.deepEqual([verification.local.checked, verification.remote.checked], [3, 3]);
  assert.deepEqual(counted.sort(), ['local 3', 'remote 3']);
});

test('finds bytes that changed here without a trace, changes nothing, and a repair syncs them as the change they are', async (t) => {
  const { server, folder } = await agreed(t, { a: 'good bytes', 'd/b': 'good too' });
  await folder.close();
  damageLocally(folder.root, folder.state, 'a', 'evil bytes');
  const nothing = await folder.sync();
  assert.equal(nothing.summary.uploaded, 0, 'a look that trusts the file system sees nothing');
  const target = await folder.open();
  const verification = await target.verify();
  assert.deepEqual(
    verification.local.drift.map(({ path }) => path),
    ['a'],
  );
  assert.ok(!isSound(verification));
  assert.deepEqual(
    verification.plan.toRemote.map(({ kind }) => kind),
    ['put'],
  );
  assert.equal((await target.syncOnce()).summary.uploaded, 0, 'to verify is not to repair');
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), 'good bytes');
  const { summary } = await target.repair(verification);
  assert.equal(summary.uploaded, 1);
  assert.deepEqual(harvest(server.directory), harvest(folder.root));
  assert.ok(isSound(await target.verify()));
});

test('what changed without a trace here and was edited there is a conflict, not an overwritten edit', async (t) => {
  const { server, folder } = await agreed(t, { a: 'good bytes' });
  await folder.close();
  damageLocally(folder.root, folder.state, 'a', 'evil bytes');
  writeFileSync(join(server.directory, 'a'), 'their edit');
  await folder.serverSees({ a: 'their edit' });
  const target = await folder.open();
  const verification = await target.verify();
  assert.deepEqual(verification.plan.conflicts.length, 1);
  await target.repair(verification);
  assert.equal(readFileSync(folder.at('a'), 'utf8'), 'evil bytes');
  assert.equal(readFileSync(join(server.directory, 'a'), 'utf8'), 'their edit');
});

test("finds bytes that changed in the server's folder without a trace, also below a folder of the share", async (t) => {
  const { server, folder } = await agreed(t, { 'd/a': 'good bytes', b: 'x' }, parseWirePath('inner'));
  await folder.close();
  await server.stop();
  damageServer(server.directory, 'inner/d/a', 'evil bytes');
  const again = await startServer(t, { directory: server.directory });
  const after = new SyncedFolder(t, again, 'two-way', parseWirePath('inner'));
  mkdirSync(after.root);
  const first = await after.sync();
  assert.equal(first.summary.downloaded, 1, 'the others arrive');
  assert.deepEqual(
    first.problems.map(({ path, code }) => [path, code]),
    [['d/a', 'ContentGone']],
    'a server never sends wrong bytes as right',
  );
  const verification = await (await after.open()).verify();
  assert.deepEqual(
    verification.remote.drift.map(({ path, found }) => [path, found?.kind === 'file' && found.size]),
    [['d/a', 10]],
  );
  await (await after.open()).repair(verification);
  assert.equal(readFileSync(after.at('d/a'), 'utf8'), 'evil bytes');
  assert.ok(isSound(await (await after.open()).verify()));
});

test('what somebody edits at that moment is no drift, and what cannot be read is told', async (t) => {
  const { folder } = await agreed(t, { a: '1', b: '2' });
  const target = await folder.open();
  const running = target.verify();
  writeFileSync(folder.at('a'), 'edited');
  const { local } = await running;
  assert.deepEqual(local.drift, []);
  if (process.getuid?.() === 0) return;
  chmodSync(folder.at('b'), 0);
  assert.deepEqual((await target.verify()).plan.problems.length, 1);
});
