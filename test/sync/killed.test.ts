import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { harvest, plant, type Tree } from '../support/tree.ts';

const PROGRAM = join(import.meta.dirname, '../support/syncProgram.ts');

/** Lets a process sync and kills it as it makes its `steps`th step; false when it was done before. */
async function killedAfter(server: ServerProcess, folder: SyncedFolder, mode: Mode, steps: number): Promise<boolean> {
  const url = new URL(server.url);
  const args = [PROGRAM, `ws://${url.host}`, server.token, folder.root, folder.state, mode];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    seen += bytes.length;
    if (seen >= steps) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal === 'SIGKILL';
}

const versions = (prefix: string, count = 120): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`d${i % 6}/f${i}`, `${prefix} ${i} `.repeat(1 + (i % 40) * 50)]),
  );

/** Each path holds what it held before or what it will hold in the end. */
function assertOldOrNew(now: Tree, before: Tree, after: Tree): void {
  for (const [path, value] of Object.entries(now)) {
    if (value !== null) assert.ok(value === before[path] || value === after[path], `${path} is neither old nor new`);
  }
}

async function pair(t: TestContext, mode: Mode): Promise<{ server: ServerProcess; folder: SyncedFolder }> {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server, mode);
  plant(folder.root, versions('old'));
  await folder.sync();
  await folder.close();
  return { server, folder };
}

test('killed at any moment of a download, every file is old or new, and the next run finishes it', async (t) => {
  const { server, folder } = await pair(t, 'two-way');
  const before = harvest(folder.root);
  plant(server.directory, versions('new'));
  rmSync(join(server.directory, 'd0'), { recursive: true });
  renameSync(join(server.directory, 'd1'), join(server.directory, 'moved'));
  await folder.serverSees({
    'd5/f119': versions('new')['d5/f119'] ?? '',
    'd0/f0': null,
    'd1/f1': null,
    'moved/f115': versions('new')['d1/f115'] ?? '',
  });
  await folder.close();
  const after = harvest(server.directory);
  for (let steps = 3; await killedAfter(server, folder, 'two-way', steps); steps += 60) {
    for (const [path, value] of Object.entries(harvest(folder.root))) {
      const old = before[path] ?? before[path.replace('moved/', 'd1/')];
      if (value !== null) assert.ok(value === old || value === after[path], `${path} is neither old nor new`);
    }
  }
  await folder.sync();
  assert.deepEqual(harvest(folder.root), harvest(server.directory));
  assert.deepEqual(harvest(server.directory), after, 'nothing came back and nothing was lost');
});

test('killed at any moment of an upload, the server holds old or new, and the next run finishes it', async (t) => {
  const { server, folder } = await pair(t, 'two-way');
  const before = harvest(server.directory);
  plant(folder.root, versions('new'));
  rmSync(folder.at('d0'), { recursive: true });
  const after = harvest(folder.root);
  for (let steps = 3; await killedAfter(server, folder, 'two-way', steps); steps += 60)
    assertOldOrNew(harvest(server.directory), before, after);
  await folder.sync();
  assert.deepEqual(harvest(folder.root), after);
  assert.deepEqual(harvest(server.directory), after);
});

test('killed between a change here and the note that both sides agree, what the server does meanwhile is no conflict, and what it deletes does not come back', async (t) => {
  const { server, folder } = await pair(t, 'two-way');
  for (const [round, steps] of [140, 190, 240].entries()) {
    const text = `round ${round}`;
    plant(server.directory, { ...versions(text), [`made ${round}/file`]: text });
    await folder.serverSees({ [`made ${round}/file`]: text, 'd5/f119': versions(text)['d5/f119'] ?? '' });
    await folder.close();
    await killedAfter(server, folder, 'two-way', steps);
    plant(server.directory, versions(`later than ${text}`));
    rmSync(join(server.directory, `made ${round}`), { recursive: true });
    await folder.serverSees({
      [`made ${round}/file`]: null,
      'd5/f119': versions(`later than ${text}`)['d5/f119'] ?? '',
    });
    const { conflicts } = await folder.sync();
    assert.deepEqual(conflicts, []);
    await folder.close();
    assert.deepEqual(harvest(folder.root), harvest(server.directory));
    assert(!(`made ${round}` in harvest(server.directory)));
  }
});

test('killed between a commit and its answer, a later edit is no conflict', async (t) => {
  const { server, folder } = await pair(t, 'two-way');
  for (let round = 0; round < 5; round++) {
    writeFileSync(folder.at('d0/f0'), `edit ${round}`);
    await killedAfter(server, folder, 'two-way', 2 + round);
    writeFileSync(folder.at('d0/f0'), `later edit ${round}`);
    const { conflicts } = await folder.sync();
    assert.deepEqual(conflicts, []);
    await folder.close();
  }
  assert.equal(harvest(server.directory)['d0/f0'], 'later edit 4');
});
