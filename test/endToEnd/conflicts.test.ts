import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { diff } from '../support/compareTrees.ts';
import { type Ended, type Line, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { converge, Workspace } from '../support/workspace.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';

/** A folder and a share that agreed on a file, and then both changed it. */
async function diverged(t: TestContext) {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  const target = `${server.url}/files`;
  const [mine, theirs] = [join(local, 'a.txt'), join(server.folder, 'a.txt')];
  const sync = (...args: string[]): Promise<Ended> => server.cli(['sync', local, target, '--once', ...args]);
  writeFileSync(theirs, 'base\n');
  assert.equal((await sync()).status, 0);
  assert.equal(readFileSync(mine, 'utf8'), 'base\n');
  writeFileSync(mine, 'mine\n');
  // through a client of its own, so that the share knows of it at once
  writeFileSync(join(home, 'new'), 'theirs!\n');
  assert.equal((await server.cli(['put', 'new', 'a.txt'])).status, 0);
  const cli = (command: string, ...args: string[]): Promise<Ended> => server.cli([command, local, target, ...args]);
  return { home, server, local, target, mine, theirs, sync, cli };
}

const side = (text: string): object => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: text.length,
  executable: false,
});

const CONFLICT = { path: 'a.txt', base: side('base\n'), mine: side('mine\n'), theirs: side('theirs!\n') };

function conflictsOf({ lines }: Ended): Line[] {
  return lines.filter(({ event }) => event === 'conflict').map(({ event: _event, ...conflict }) => conflict);
}

test('both sides changed a file: nothing is overwritten, exit 1, and the conflict tells base, mine and theirs (row 1)', async (t) => {
  const { mine, theirs, sync, cli } = await diverged(t);
  const synced = await sync('--json');
  assert.equal(synced.status, 1);
  assert.deepEqual(conflictsOf(synced), [CONFLICT]);
  assert.equal(synced.lines.at(-1)?.['event'], 'done');
  assert.equal(synced.lines.at(-1)?.['conflicts'], 1);
  const listed = await cli('conflicts', '--json');
  assert.equal(listed.status, 1);
  assert.deepEqual(conflictsOf(listed), [CONFLICT]);
  const told = await cli('conflicts');
  assert.match(told.stdout, /^a\.txt\n {2}base +file, 5 B.*\n {2}mine +file, 5 B.*\n {2}theirs +file, 8 B/m);
  assert.match(told.stdout, /syncline resolve .* a\.txt --keep mine\|theirs\|both/);
  assert.equal((await sync()).status, 1, 'it stays until somebody decides');
  assert.equal(readFileSync(mine, 'utf8'), 'mine\n');
  assert.equal(readFileSync(theirs, 'utf8'), 'theirs!\n');
});

test('keep mine: the server takes it, and what it had is in the history', async (t) => {
  const { server, local, mine, theirs, sync, cli } = await diverged(t);
  assert.equal((await sync()).status, 1);
  const resolved = await cli('resolve', 'a.txt', '--keep', 'mine');
  assert.equal(resolved.status, 0, resolved.stderr);
  assert.equal(readFileSync(mine, 'utf8'), 'mine\n');
  assert.equal(readFileSync(theirs, 'utf8'), 'mine\n');
  assert.equal((await cli('conflicts')).status, 0);
  assert.equal((await sync()).status, 0);
  const [newest] = (await server.cli(['history', 'a.txt', '--json'])).lines;
  assert.deepEqual(newest?.['entry'], side('theirs!\n'));
  assert.equal(diff(local, server.folder), '');
});

test('keep theirs: the folder takes it, and what it had is kept in a safety copy', async (t) => {
  const { home, server, local, mine, sync, cli } = await diverged(t);
  assert.equal((await sync()).status, 1);
  const resolved = await cli('resolve', 'a.txt', '--keep', 'theirs');
  assert.equal(resolved.status, 0, resolved.stderr);
  assert.equal(readFileSync(mine, 'utf8'), 'theirs!\n');
  assert.equal((await sync()).status, 0);
  assert.equal(diff(local, server.folder), '');
  const kept = readdirSync(join(home, 'state/client'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  assert.ok(kept.includes('mine\n'), 'what was replaced here can be found');
});

test('keep both: each side ends up with both', async (t) => {
  const { server, local, mine, sync, cli } = await diverged(t);
  assert.equal((await sync()).status, 1);
  const resolved = await cli('resolve', 'a.txt', '--keep', 'both');
  assert.equal(resolved.status, 0, resolved.stderr);
  assert.equal((await sync()).status, 0);
  assert.equal(diff(local, server.folder), '');
  const contents = readdirSync(local).map((name) => readFileSync(join(local, name), 'utf8'));
  assert.deepEqual(contents.toSorted(), ['mine\n', 'theirs!\n']);
  assert.ok(existsSync(mine));
});

test('one side deleted what the other changed: the change wins, without a question', async (t) => {
  const { server, local, sync } = await diverged(t);
  await server.cli(['rm', 'a.txt']);
  assert.equal((await sync()).status, 0);
  assert.equal(readFileSync(join(server.folder, 'a.txt'), 'utf8'), 'mine\n');
  assert.equal(diff(local, server.folder), '');
});

test('both sides changed a file to the same: no conflict', async (t) => {
  const { home, server, mine, sync } = await diverged(t);
  writeFileSync(mine, 'same\n');
  writeFileSync(join(home, 'new'), 'same\n');
  assert.equal((await server.cli(['put', 'new', 'a.txt'])).status, 0);
  assert.equal((await sync()).status, 0);
});

test('what is no conflict cannot be resolved', async (t) => {
  const { sync, cli } = await diverged(t);
  assert.equal((await sync()).status, 1);
  const wrong = await cli('resolve', 'b.txt', '--keep', 'mine');
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^Error: There is no conflict at “b\.txt”/);
  const undecided = await cli('resolve', 'a.txt');
  assert.equal(undecided.status, 2);
  assert.match(undecided.stderr, /--keep/);
});

for (const keep of ['mine', 'theirs', 'both'] as const) {
  test(`keep ${keep} while another process is syncing: it finds both sides agreed`, async (t) => {
    const home = temporaryFolder(t);
    const server = await ServerProcess.start(t, home);
    const workspace = new Workspace(server, home, 'local');
    t.after(() => workspace.stop());
    workspace.write('a.txt', 'base\n');
    await workspace.watch();
    server.running.child.kill('SIGSTOP');
    workspace.write('a.txt', 'mine\n');
    writeFileSync(join(server.folder, 'a.txt'), 'theirs!\n');
    server.running.child.kill('SIGCONT');
    await workspace.running.event('conflict');
    const [local, target] = [workspace.folder, `${server.url}/files`];
    const listed = await workspace.cli('conflicts', local, target, '--json');
    assert.deepEqual(conflictsOf(listed), [CONFLICT]);
    const resolved = await workspace.cli('resolve', local, target, 'a.txt', '--keep', keep);
    assert.equal(resolved.status, 0, resolved.stderr);
    await converge([workspace], () => {
      const last = workspace.running.lines.at(-1) ?? {};
      return last['event'] === 'idle' && last['conflicts'] === undefined && diff(local, server.folder) === '';
    });
    const contents = readdirSync(local).map((name) => readFileSync(join(local, name), 'utf8'));
    const expected = { mine: ['mine\n'], theirs: ['theirs!\n'], both: ['mine\n', 'theirs!\n'] }[keep];
    assert.deepEqual(contents.toSorted(), expected);
    assert.equal((await workspace.cli('conflicts', local, target)).status, 0);
  });
}

test('the first sync of two folders takes over what is equal and one-sided, and asks about the rest', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  mkdirSync(local);
  for (const [root, name, text] of [
    [local, 'same.txt', 'same'],
    [server.folder, 'same.txt', 'same'],
    [local, 'here.txt', 'here'],
    [server.folder, 'there.txt', 'there'],
    [local, 'both.txt', 'mine'],
    [server.folder, 'both.txt', 'theirs'],
  ] as const) {
    writeFileSync(join(root, name), text);
  }
  const synced = await server.cli(['sync', local, `${server.url}/files`, '--once', '--json']);
  assert.equal(synced.status, 1);
  const { uploaded, downloaded, conflicts } = synced.lines.at(-1) ?? {};
  assert.deepEqual({ uploaded, downloaded, conflicts }, { uploaded: 1, downloaded: 1, conflicts: 1 });
  assert.deepEqual(
    conflictsOf(synced).map(({ path, base }) => [path, base]),
    [['both.txt', null]],
  );
  assert.equal(readFileSync(join(local, 'there.txt'), 'utf8'), 'there');
  assert.equal(readFileSync(join(server.folder, 'here.txt'), 'utf8'), 'here');
  assert.equal(readFileSync(join(local, 'both.txt'), 'utf8'), 'mine');
});
