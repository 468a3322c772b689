import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { diff, listing } from '../support/compareTrees.ts';
import { type Ended, type Line, ServerProcess } from '../support/programs.ts';
import { realTree } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { messages } from '../support/wireLog.ts';

let tree = '';
before(async () => {
  tree = await realTree();
});

const FIELDS = [
  'event',
  'uploaded',
  'downloaded',
  'deletedLocal',
  'deletedRemote',
  'renamed',
  'conflicts',
  'problems',
  'bytesSent',
  'bytesReceived',
  'ms',
];

/** The last line of a sync that went well. */
function done({ status, stdout, stderr, lines }: Ended): Line {
  assert.equal(status, 0, stderr + stdout.slice(-2000));
  const last = lines.at(-1) ?? {};
  assert.deepEqual(Object.keys(last), FIELDS);
  assert.equal(last['event'], 'done');
  return last;
}

test('a real tree goes up, then nothing, and comes down the same', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const target = `${server.url}/files`;
  const before = listing(tree);
  const files = before.filter((line) => !line.endsWith('/')).length;
  assert.ok(files >= 10_000, `${files} files`);

  const up = done(await server.cli(['sync', tree, target, '--once', '--mode', 'push', '--json']));
  assert.equal(up['uploaded'], files);
  assert.equal(diff(tree, server.folder), '');
  assert.deepEqual(listing(server.folder), before, 'with executable bits, links and empty folders');
  assert.deepEqual(listing(tree), before, 'and leaves nothing of its own behind');

  const log = join(home, 'wire');
  const env = { SYNCLINE_WIRE_LOG: log };
  const again = done(await server.cli(['sync', tree, target, '--once', '--mode', 'push', '--json'], { env }));
  assert.deepEqual([again['uploaded'], again['downloaded'], again['deletedRemote'], again['renamed']], [0, 0, 0, 0]);
  assert.ok(Number(again['bytesSent']) < 5000, `sent ${again['bytesSent']} bytes to say that there is nothing to say`);
  assert.ok(Number(again['bytesReceived']) < 5000, `received ${again['bytesReceived']} bytes`);
  assert.ok(!messages(log).some((method) => /^content\/|commit/.test(method)), messages(log).join());

  const copy = join(home, 'copy');
  const down = done(await server.cli(['sync', copy, target, '--once', '--mode', 'pull', '--json'], { as: 'second' }));
  assert.equal(down['downloaded'], files);
  assert.equal(diff(tree, copy), '');
  assert.deepEqual(listing(copy), before);
  assert.deepEqual(readdirSync(copy).toSorted(), readdirSync(tree).toSorted());
  t.diagnostic(
    `${files} files: up in ${up['ms']} ms (${up['bytesSent']} bytes), again in ${again['ms']} ms, down in ${down['ms']} ms`,
  );
});

test('a mirror makes the server exactly local, and a dry run tells before', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const target = `${server.url}/files`;
  const local = join(home, 'local');
  await copyOddities(local);
  writeFileSync(join(server.folder, 'only on the server.txt'), 'x\n');
  const arguments_ = ['sync', local, target, '--once', '--mode', 'mirror', '--json'];
  const dry = await server.cli([...arguments_, '--dry-run']);
  const planned = dry.lines.filter(({ event }) => event === 'planned');
  assert.ok(planned.some(({ kind, path }) => kind === 'delete' && path === 'only on the server.txt'));
  assert.deepEqual(listing(server.folder), ['only on the server.txt'], 'nothing was done');
  const first = done(await server.cli([...arguments_, '--yes']));
  assert.equal(first['deletedRemote'], 1);
  assert.equal(
    planned.length,
    Number(first['uploaded']) + 1 + planned.filter(({ kind }) => kind === 'makeDirectory').length,
  );
  assert.equal(diff(local, server.folder), '');
  assert.equal((await server.cli(['history', '--json'])).lines[0]?.['path'], 'only on the server.txt');
});

test('a folder that was emptied stops a sync instead of emptying the server', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  await copyOddities(local);
  const arguments_ = ['sync', local, `${server.url}/files`, '--once', '--json'];
  done(await server.cli(arguments_));
  const before = listing(server.folder);
  for (const name of readdirSync(local)) rmSync(join(local, name), { recursive: true });
  const stopped = await server.cli(arguments_);
  assert.equal(stopped.status, 4);
  assert.equal(stopped.lines.at(-1)?.['event'], 'error');
  assert.equal(stopped.lines.at(-1)?.['code'], 'BrakeStopped');
  assert.deepEqual(listing(server.folder), before);
  const told = await server.cli(arguments_.filter((argument) => argument !== '--json'));
  assert.match(told.stderr, /^Error: .*empty.*--yes/m);
  rmSync(local, { recursive: true });
  assert.equal((await server.cli(arguments_)).status, 4, 'a folder that is gone is no empty folder');
  assert.deepEqual(listing(server.folder), before);
});

/** Some of the tree, as a folder of its own: the one link that would lead out of it is left out. */
async function copyOddities(to: string): Promise<void> {
  await cp(join(tree, 'odd'), to, { recursive: true, verbatimSymlinks: true });
  rmSync(join(to, 'link to a folder'));
}
