import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { diff, listing } from '../support/compareTrees.ts';
import { converge, Workspace } from '../support/workspace.ts';
import { ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

// Two clients and a server for all that follows: each test starts from what the one before left.
const cleanUps: (() => unknown)[] = [];
const shared = { after: (cleanUp: () => unknown) => void cleanUps.unshift(cleanUp) };
let home = '';
let server: ServerProcess;
let one: Workspace;
let two: Workspace;

before(async () => {
  home = temporaryFolder(shared);
  server = await ServerProcess.start(shared, home);
  one = new Workspace(server, home, 'one');
  two = new Workspace(server, home, 'two');
  for (const workspace of [one, two]) {
    shared.after(() => workspace.stop());
    await workspace.watch();
  }
});

after(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** Until it holds in both folders and on the server, and both clients say that nothing is pending. */
const everywhere = (holds: (root: string) => boolean): Promise<void> =>
  converge(
    [one, two],
    () => [one, two].every((each) => each.isIdle) && [one.folder, server.folder, two.folder].every(holds),
  );

test('a new file arrives everywhere', async () => {
  one.write('a.txt', 'first\n');
  await everywhere((root) => contentOf(root, 'a.txt') === 'first\n');
});

test('a save arrives everywhere, whoever saves', async () => {
  one.write('a.txt', 'second\n');
  await everywhere((root) => contentOf(root, 'a.txt') === 'second\n');
  two.write('a.txt', 'third\n');
  await everywhere((root) => contentOf(root, 'a.txt') === 'third\n');
});

test('a save by rename, as editors do it, is a save', async () => {
  one.write('a.txt.swp', 'fourth\n');
  renameSync(join(one.folder, 'a.txt.swp'), join(one.folder, 'a.txt'));
  await everywhere((root) => contentOf(root, 'a.txt') === 'fourth\n' && !existsSync(join(root, 'a.txt.swp')));
});

test('a deletion arrives everywhere', async () => {
  two.write('gone.txt', 'soon gone\n');
  await everywhere((root) => existsSync(join(root, 'gone.txt')));
  rmSync(join(one.folder, 'gone.txt'));
  await everywhere((root) => !existsSync(join(root, 'gone.txt')));
});

test('a rename is a rename: no content travels', async () => {
  one.write('old name.txt', 'x'.repeat(100_000));
  await everywhere((root) => existsSync(join(root, 'old name.txt')));
  const from = one.running.lines.length;
  renameSync(join(one.folder, 'old name.txt'), join(one.folder, 'Neuer Name – ü.txt'));
  await everywhere((root) => existsSync(join(root, 'Neuer Name – ü.txt')) && !existsSync(join(root, 'old name.txt')));
  const applied = one.running.lines.slice(from).filter(({ event }) => event === 'applied');
  assert.deepEqual(
    applied.map(({ kind, from, to }) => [kind, from, to]),
    [['rename', 'old name.txt', 'Neuer Name – ü.txt']],
  );
});

test('a storm of 1,000 files arrives everywhere', async () => {
  mkdirSync(join(one.folder, 'storm/deep'), { recursive: true });
  for (let at = 0; at < 1000; at++) one.write(`storm/${at % 10 === 0 ? 'deep/' : ''}file ${at}.txt`, `number ${at}\n`);
  await everywhere((root) => existsSync(join(root, 'storm')) && listing(join(root, 'storm')).length === 1001);
  assert.equal(diff(one.folder, two.folder), '');
  assert.equal(diff(one.folder, server.folder), '');
});

test('a folder with 1,000 files is renamed in one operation (row 5)', async () => {
  const from = one.running.lines.length;
  renameSync(join(one.folder, 'storm'), join(one.folder, 'calm'));
  await everywhere((root) => existsSync(join(root, 'calm')) && !existsSync(join(root, 'storm')));
  assert.equal(listing(join(two.folder, 'calm')).length, 1001);
  const applied = one.running.lines.slice(from).filter(({ event }) => event === 'applied');
  assert.deepEqual(
    applied.map(({ kind, from, to }) => [kind, from, to]),
    [['rename', 'storm', 'calm']],
  );
  assert.equal(diff(one.folder, two.folder), '');
});

test('1,000 files are deleted everywhere', async () => {
  // so many that a brake would ask if this were most of the tree
  for (let at = 0; at < 1500; at++) one.write(`others/${at}.txt`, `${at}\n`);
  await everywhere((root) => existsSync(join(root, 'others')) && listing(join(root, 'others')).length === 1500);
  rmSync(join(two.folder, 'calm'), { recursive: true });
  await everywhere((root) => !existsSync(join(root, 'calm')));
  assert.equal(diff(one.folder, server.folder), '');
});

test('what another program does in the folder of the server arrives at both', async () => {
  writeFileSync(join(server.folder, 'from another program.txt'), 'hello\n');
  await everywhere((root) => contentOf(root, 'from another program.txt') === 'hello\n');
  writeFileSync(join(server.folder, 'a.txt'), 'changed there\n');
  await everywhere((root) => contentOf(root, 'a.txt') === 'changed there\n');
  renameSync(join(server.folder, 'others'), join(server.folder, 'renamed there'));
  await everywhere((root) => existsSync(join(root, 'renamed there/7.txt')) && !existsSync(join(root, 'others')));
  rmSync(join(server.folder, 'from another program.txt'));
  await everywhere((root) => !existsSync(join(root, 'from another program.txt')));
});

test('both sides busy with different files end up with all of them (row 16)', async () => {
  for (let at = 0; at < 100; at++) {
    one.write(`both/one ${at}.txt`, `one ${at}\n`);
    two.write(`both/two ${at}.txt`, `two ${at}\n`);
  }
  await everywhere((root) => existsSync(join(root, 'both')) && listing(join(root, 'both')).length === 200);
  assert.equal(diff(one.folder, two.folder), '');
});

test('a client that starts later gets the same tree', async (t) => {
  const three = new Workspace(server, home, 'three');
  t.after(() => three.stop());
  await three.watch();
  assert.equal(diff(one.folder, three.folder), '');
  three.write('from the third.txt', 'hello\n');
  await everywhere((root) => contentOf(root, 'from the third.txt') === 'hello\n');
});

test('all go on by themselves after the server was killed and started again', async () => {
  await server.running.stop('SIGKILL');
  one.write('while it was down.txt', 'one\n');
  two.write('while it was down too.txt', 'two\n');
  await one.running.event('offline');
  await server.start();
  await everywhere((root) =>
    ['while it was down.txt', 'while it was down too.txt'].every((name) => existsSync(join(root, name))),
  );
  assert.equal(diff(one.folder, two.folder), '');
});

test('nothing was taken for a conflict or a problem in all of this', () => {
  for (const { running } of [one, two]) {
    assert.deepEqual(
      running.lines.filter(({ event }) => event === 'conflict' || event === 'problem'),
      [],
    );
  }
});

test('ends cleanly when asked to', async () => {
  const { status, stderr } = await two.stop();
  assert.equal(stderr, '');
  assert.equal(status, 143);
});

function contentOf(root: string, path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
