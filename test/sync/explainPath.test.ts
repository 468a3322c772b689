import assert from 'node:assert/strict';
import { readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { explanationText } from '../../extension/sync/explanation.ts';
import type { Mode } from '../../extension/sync/reconcile/mode.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { harvest, plant } from '../support/tree.ts';

async function explained(
  t: TestContext,
  tree: Record<string, string>,
  mode: Mode = 'two-way',
): Promise<{ server: ServerProcess; folder: SyncedFolder; text: (path: string) => Promise<string> }> {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server, mode);
  plant(folder.root, tree);
  await folder.sync();
  const target = await folder.open();
  return { server, folder, text: async (path) => explanationText(await target.explain(path)) };
}

test('says of each path why it is synced or not, by rule, file and line (row 15)', async (t) => {
  const { folder, text } = await explained(t, {
    a: '1',
    'd/x': '2',
    'd/a.log': '',
    'd/keep.log': '',
    '.gitignore': '# build\n*.log\n!keep.log\nbuild/\n',
  });
  assert.equal(await text('a'), '“a” is in sync.');
  assert.equal(await text('d/a.log'), '“d/a.log” is ignored: matches “*.log” in line 2 of .gitignore.');
  assert.equal(await text('d/keep.log'), '“d/keep.log” is in sync (kept by “!keep.log” in line 3 of .gitignore).');
  assert.equal(
    await text('build/x/y'),
    '“build/x/y” is ignored: its folder “build” matches “build/” in line 4 of .gitignore.',
  );
  assert.equal(await text('nothing'), 'There is nothing at “nothing”, neither here nor on the server.');
  assert.equal(
    await text('.git/config'),
    "“.git/config” is ignored: its folder “.git” is never synced (git's or Syncline's own data).",
  );
  writeFileSync(folder.at('a'), 'new');
  assert.equal(await text('a'), "“a” differs from the server's; the next sync sends it.");
  rmSync(folder.at('d/x'));
  assert.equal(await text('d/x'), '“d/x” is on the server alone; the next sync deletes it on the server.');
  assert.equal(harvest(folder.root)['a'], 'new', 'to explain is not to sync');
});

test('explains paths that are on the server alone, what is ignored there included', async (t) => {
  const { server, folder, text } = await explained(t, { a: '1', '.gitignore': 'build/\n*.tmp\n' });
  plant(server.directory, { 'build/out': '1', 'n.tmp': '2', new: '3' });
  await folder.serverSees({ 'build/out': '1', 'n.tmp': '2', new: '3' });
  assert.equal(await text('build'), '“build” is ignored: matches “build/” in line 1 of .gitignore.');
  assert.match(await text('build/out'), /is ignored: its folder “build” matches “build\/” in line 1/);
  assert.match(await text('n.tmp'), /is ignored: matches “\*\.tmp” in line 2/);
  assert.equal(await text('new'), '“new” is on the server alone; the next sync fetches it.');
});

test('tells conflicts, problems, what a mode leaves alone, and what waits for a word', async (t) => {
  const two = await explained(t, { a: '1', 'd/b': '2', c: '3' });
  writeFileSync(two.folder.at('a'), 'mine');
  writeFileSync(join(two.server.directory, 'a'), 'theirs');
  await two.folder.serverSees({ a: 'theirs' });
  assert.match(await two.text('a'), /^“a” was changed on both sides; nothing is touched until you decide/);
  symlinkSync('/etc/passwd', two.folder.at('out'));
  assert.match(await two.text('out'), /^“out” is not synced\. .*not inside/);
  writeFileSync(two.folder.at('CON'), '');
  assert.match(await two.text('CON'), /^“CON” is not synced\. .*Windows/);
  for (const name of readdirSync(two.folder.root)) rmSync(two.folder.at(name), { recursive: true });
  assert.match(
    await two.text('c'),
    /^“c” waits: the sync has stopped until you confirm it\. The local folder is empty now/,
  );

  const push = await explained(t, { a: '1' }, 'push');
  writeFileSync(join(push.server.directory, 'theirs'), 'x');
  await push.folder.serverSees({ theirs: 'x' });
  assert.equal(await push.text('theirs'), '“theirs” is on the server alone; “push” leaves it so.');
});

test('a path in a folder that was renamed is told by its rename', async (t) => {
  const { folder, text } = await explained(t, { 'd/a': '1', 'd/b': '2' });
  renameSync(folder.at('d'), folder.at('e'));
  await (await folder.open()).plan();
  assert.equal(await text('e/a'), '“e/a” is here alone; the next sync renames it on the server.');
});
