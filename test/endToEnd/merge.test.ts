import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { diff } from '../support/compareTrees.ts';
import { type Ended, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { converge, Workspace } from '../support/workspace.ts';

const BASE = 'one\ntwo\nthree\nfour\n';
const MINE = 'ONE\ntwo\nthree\nfour\n';
const THEIRS = 'one\ntwo\nthree\nFOUR\n';
const MERGED = 'ONE\ntwo\nthree\nFOUR\n';

async function diverged(t: TestContext, theirs = THEIRS) {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  const target = `${server.url}/files`;
  writeFileSync(join(server.folder, 'a.txt'), BASE);
  const cli = (command: string, ...args: string[]): Promise<Ended> => server.cli([command, local, target, ...args]);
  assert.equal((await cli('sync')).status, 0);
  writeFileSync(join(local, 'a.txt'), MINE);
  writeFileSync(join(home, 'new'), theirs);
  assert.equal((await server.cli(['put', 'new', 'a.txt'])).status, 0);
  const texts = (): string[] => [local, server.folder].map((root) => readFileSync(join(root, 'a.txt'), 'utf8'));
  return { home, server, local, target, cli, texts };
}

test('sync --merge takes the edits of both sides; without it they wait, and resolve … merge takes them', async (t) => {
  const { cli, texts, server } = await diverged(t);
  assert.equal((await cli('sync')).status, 1);
  const resolved = await cli('resolve', 'a.txt', 'merge');
  assert.equal(resolved.status, 0, resolved.stderr);
  assert.match(resolved.stdout, /^a\.txt: both sides have the edits of both now$/m);
  assert.deepEqual(texts(), [MERGED, MERGED]);
  const kept = await server.cli(['history', 'a.txt', '--json']);
  assert.ok(kept.lines.length >= 2, 'base and theirs are in the history');
  assert.equal((await cli('sync', '--json')).lines.at(-1)?.['conflicts'], 0);

  const asked = await diverged(t);
  const merged = await asked.cli('sync', '--merge', '--json');
  assert.equal(merged.status, 0, merged.stderr);
  assert.deepEqual(
    merged.lines.map(({ event, conflicts }) => [event, conflicts]),
    [['done', 0]],
  );
  assert.deepEqual(asked.texts(), [MERGED, MERGED]);
});

test('edits that overlap stay a conflict that says where, and a merge on demand is refused', async (t) => {
  const { cli, texts } = await diverged(t, BASE.replace('one', 'Eins'));
  const synced = await cli('sync', '--merge', '--json');
  assert.equal(synced.status, 1);
  const [conflict] = synced.lines.filter(({ event }) => event === 'conflict');
  assert.match(String(conflict?.['unmerged']), /overlap: line 1 here and line 1 on the server/);
  const refused = await cli('resolve', 'a.txt', '--keep', 'merge');
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    /^Error: “a\.txt” cannot be merged: the edits overlap: line 1 .* Nothing was changed\./m,
  );
  assert.deepEqual(texts(), [MINE, BASE.replace('one', 'Eins')]);
  assert.equal((await cli('resolve', 'a.txt', 'mine', '--keep', 'theirs')).status, 2);
});

test('a merge while another process is syncing: it finds both sides agreed', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const workspace = new Workspace(server, home, 'local');
  t.after(() => workspace.stop());
  workspace.write('a.txt', BASE);
  await workspace.watch();
  const { child } = workspace.running;
  child.kill('SIGSTOP');
  writeFileSync(join(home, 'new'), THEIRS);
  assert.equal((await server.cli(['put', 'new', 'a.txt'])).status, 0);
  workspace.write('a.txt', MINE);
  child.kill('SIGCONT');
  await workspace.running.event('conflict');
  const [local, target] = [workspace.folder, `${server.url}/files`];
  const resolved = await workspace.cli('resolve', local, target, 'a.txt', 'merge');
  assert.equal(resolved.status, 0, resolved.stderr);
  await converge([workspace], () => {
    const last = workspace.running.lines.at(-1) ?? {};
    return last['event'] === 'idle' && last['conflicts'] === undefined && diff(local, server.folder) === '';
  });
  assert.deepEqual(readdirSync(local), ['a.txt']);
  assert.equal(readFileSync(join(local, 'a.txt'), 'utf8'), MERGED);
});
