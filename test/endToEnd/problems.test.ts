import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { listing } from '../support/compareTrees.ts';
import { CLI, type Ended, Running, ServerProcess, type StartOptions } from '../support/programs.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { onTightDisk, withSmallFiles } from '../support/tightDisk.ts';
import { Workspace } from '../support/workspace.ts';

async function setUp(t: TestContext) {
  const home = temporaryFolder(t);
  chmodSync(home, 0o777);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  mkdirSync(local);
  const sync = (args: readonly string[] = [], options: StartOptions = {}): Promise<Ended> =>
    server.cli(['sync', local, `${server.url}/files`, '--once', '--json', ...args], options);
  return { home, server, local, sync };
}

const problemsOf = ({ lines }: Ended): string[] =>
  lines
    .filter(({ event }) => event === 'problem')
    .map(({ path, code }) => `${JSON.stringify(path)} ${JSON.stringify(code)}`);

test('a path that cannot be synced is a problem, and everything else goes on', async (t) => {
  const { server, local, sync } = await setUp(t);
  const names = ['CON', 'ends in a dot.', 'colon:name', 'u\u0308', 'Twin.txt', 'twin.txt', 'back\\slash'];
  for (const name of [...names, 'fine.txt']) writeFileSync(join(local, name), name);
  symlinkSync('/etc/passwd', join(local, 'absolute link'));
  symlinkSync('../outside', join(local, 'link that leads out'));
  symlinkSync('fine.txt', join(local, 'good link'));
  const synced = await sync();
  assert.equal(synced.status, 1);
  const told = problemsOf(synced).toSorted();
  const named = (name: string): boolean => told.some((problem) => problem.startsWith(`${JSON.stringify(name)} `));
  for (const name of ['CON', 'ends in a dot.', 'colon:name', 'u\u0308', 'back\\slash']) assert.ok(named(name), name);
  assert.ok(named('absolute link') && named('link that leads out'));
  assert.ok(named('Twin.txt') || named('twin.txt'));
  assert.equal(synced.lines.at(-1)?.['problems'], told.length);
  const there = listing(server.folder);
  assert.ok(there.includes('fine.txt') && there.includes('good link -> fine.txt'));
  assert.ok(!there.some((line) => /CON|dot|colon|absolute|out/.test(line)), there.join('\n'));
  assert.equal(readFileSync(join(local, 'twin.txt'), 'utf8'), 'twin.txt', 'nothing was merged or deleted here');
  const again = await sync();
  assert.deepEqual(problemsOf(again).toSorted(), told);
  assert.equal(again.lines.at(-1)?.['uploaded'], 0);
});

test('an unreadable file is a problem of its own, and is never taken for deleted', async (t) => {
  const { home, server, local, sync } = await setUp(t);
  // root may read everything, so the command runs as somebody else then
  const somebody = process.getuid?.() === 0 ? 65534 : undefined;
  mkdirSync(join(home, 'state'), { mode: 0o777 });
  for (const folder of [local, join(home, 'state')]) {
    chmodSync(folder, 0o777);
    if (somebody !== undefined) chownSync(folder, somebody, somebody);
  }
  writeFileSync(join(local, 'secret.txt'), 'secret\n');
  writeFileSync(join(local, 'fine.txt'), 'fine\n');
  const as = somebody === undefined ? {} : { uid: somebody };
  assert.equal((await sync([], as)).status, 0);
  chmodSync(join(local, 'secret.txt'), 0o000);
  writeFileSync(join(local, 'fine.txt'), 'better\n');
  const synced = await sync([], as);
  assert.equal(synced.status, 1);
  assert.deepEqual(problemsOf(synced), ['"secret.txt" "AccessDenied"']);
  assert.equal(readFileSync(join(server.folder, 'secret.txt'), 'utf8'), 'secret\n');
  assert.equal(readFileSync(join(server.folder, 'fine.txt'), 'utf8'), 'better\n');
});

test('a folder that is not there, or is a file, is wrong usage', async (t) => {
  const { home, server } = await setUp(t);
  writeFileSync(join(home, 'file'), '');
  const sync = (local: string, ...args: string[]): Promise<Ended> =>
    server.cli(['sync', local, `${server.url}/files`, '--once', ...args]);
  for (const [ended, says] of [
    [await sync('file'), /is a file; a folder was expected/],
    [await sync('nowhere', '--mode', 'push'), /There is no folder .*nowhere/],
    [await sync('nowhere/deeper'), /There is no folder/],
    [await sync('local', '--mode', 'sideways'), /Allowed choices are two-way, push, pull, mirror/],
    [await sync('local', '--watch'), /Choose one/],
  ] as const) {
    assert.equal(ended.status, 2, ended.stderr);
    assert.match(ended.stderr, says);
    assert.match(ended.stderr, /^Error: [^\n]+\n$/);
  }
  assert.equal(existsSync(join(home, 'nowhere')), false);
});

test('wrong token, wrong share, no server: exit 3 before anything is looked at', async (t) => {
  const { server, local } = await setUp(t);
  const sync = (target: string, env = {}): Promise<Ended> => server.cli(['sync', local, target, '--once'], { env });
  const answers = [
    await sync(`${server.url}/files`, { SYNCLINE_TOKEN: 'guessed' }),
    await sync(`${server.url}/photos`),
    await sync('ws://127.0.0.1:9/files'),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [3, 3, 3],
  );
  for (const { stderr } of answers) assert.match(stderr, /^Error: [^\n]+\n$/);
  const watching = await server.cli(['sync', local, `${server.url}/files`, '--watch', '--json'], {
    env: { SYNCLINE_TOKEN: 'guessed' },
  });
  assert.equal(watching.status, 3, 'a watch ends as well when trying again is useless');
  assert.equal(watching.lines.at(-1)?.['code'], 'Unauthorized');
});

test('a watch waits for a server that is not there yet', async (t) => {
  const { home, server } = await setUp(t);
  await server.running.stop();
  const workspace = new Workspace(server, home, 'early');
  workspace.write('a.txt', 'a\n');
  t.after(() => workspace.stop());
  const watching = workspace.watch();
  await workspace.running.event('offline');
  await server.start();
  await watching;
  assert.equal(readFileSync(join(server.folder, 'a.txt'), 'utf8'), 'a\n');
});

test('two processes never sync the same target at once', async (t) => {
  const { home, server } = await setUp(t);
  const workspace = new Workspace(server, home, 'busy');
  t.after(() => workspace.stop());
  await workspace.watch();
  const second = await workspace.cli('sync', workspace.folder, `${server.url}/files`, '--once');
  assert.equal(second.status, 1);
  assert.match(
    second.stderr,
    new RegExp(`^Error: Another Syncline process \\(number ${workspace.running.child.pid}\\)`),
  );
});

test('a full disk on the server: a problem for each file that does not fit, and the rest is there', async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(join(home, 'server'));
  const tight = onTightDisk(join(home, 'server'), 8);
  const server = await ServerProcess.start(t, home, { through: tight ?? withSmallFiles(4096) });
  const local = join(home, 'local');
  mkdirSync(local);
  for (let at = 0; at < 20; at++) writeFileSync(join(local, `small ${at}`), pseudoRandom(`s${at}`, 1000));
  writeFileSync(join(local, 'large'), pseudoRandom('large', 12_000_000));
  const synced = await server.cli(['sync', local, `${server.url}/files`, '--once', '--json']);
  assert.equal(synced.status, 1, synced.stdout + synced.stderr);
  assert.match(synced.stdout, tight ? /DiskFull/ : /DiskFull|StorageFailed/);
  assert.equal((await server.cli(['ls'])).status, 0, 'the server lives on');
});

test('a full disk here while pulling: what is there is whole, and the next run goes on', async (t) => {
  const { home, server, sync } = await setUp(t);
  for (let at = 0; at < 10; at++) writeFileSync(join(server.folder, `file ${at}`), pseudoRandom(`f${at}`, 2_000_000));
  const tight = onTightDisk(join(home, 'local'), 8);
  const pulled = await sync(['--mode', 'pull'], { through: tight ?? withSmallFiles(1024) });
  assert.equal(pulled.status, 1, pulled.stdout + pulled.stderr);
  assert.match(pulled.stdout, tight ? /DiskFull/ : /DiskFull|StorageFailed/);
  assert.deepEqual(readdirSync(join(home, 'local')), []);
  const again = await sync(['--mode', 'pull']);
  assert.equal(again.status, 0, again.stdout);
  assert.equal(again.lines.at(-1)?.['downloaded'], 10);
});

test('the output of a command may end early', async (t) => {
  const { home, server } = await setUp(t);
  const log = join(home, 'status');
  const script = `"${process.execPath}" "${CLI}" --help | true; echo "\${PIPESTATUS[0]}" > "${log}"`;
  const shell = new Running('-e', [], { through: ['bash', '-c', script, '--'], env: server.env(), cwd: home });
  await shell.ended;
  assert.equal(readFileSync(log, 'utf8'), '0\n');
});

test('whoever wants to know more sets SYNCLINE_DEBUG', async (t) => {
  const { server } = await setUp(t);
  const told = await server.cli(['stat', 'gone'], { env: { SYNCLINE_DEBUG: '1' } });
  assert.equal(told.status, 1);
  assert.match(told.stderr, /^Error: There is nothing at “gone” on the server\.\nSynclineError: .*\n +at /);
});

test('scripts that were written for these command lines go on working', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home, {
    args: ['--insecure', '--state', join(home, 'state of the server')],
  });
  const [local, dest] = [join(home, 'local'), join(home, 'dest')];
  mkdirSync(local);
  mkdirSync(dest);
  writeFileSync(join(local, 'a.txt'), 'a\n');
  writeFileSync(join(server.folder, 'extra.txt'), 'x\n');
  const target = `${server.url}/files`;
  const token = ['--token-file', server.tokenFile, '--json'];
  const env = { SYNCLINE_TOKEN: undefined };
  const push = await server.cli(['sync', local, target, '--once', '--mode', 'mirror', '--yes', ...token], { env });
  assert.deepEqual([push.status, push.lines.at(-1)?.['event']], [0, 'done']);
  assert.deepEqual(listing(server.folder), ['a.txt']);
  writeFileSync(join(local, 'a.txt'), 'saved\n');
  const save = await server.cli(['put', join(local, 'a.txt'), 'a.txt', '--token-file', server.tokenFile], { env });
  assert.equal(save.status, 0);
  const pull = await server.cli(['sync', dest, target, '--once', '--mode', 'pull', '--yes', ...token], { env });
  assert.equal(pull.status, 0);
  assert.equal(readFileSync(join(dest, 'a.txt'), 'utf8'), 'saved\n');
  const args = ['sync', local, target, '--watch', '--mode', 'mirror', '--yes', ...token];
  const watch = new Running(CLI, args, { env: { ...server.env(), ...env } });
  const { rev } = await watch.event('idle');
  assert.equal(typeof rev, 'number');
  await watch.stop();
});
