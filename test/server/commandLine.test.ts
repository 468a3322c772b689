import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { RawClient } from '../support/rawClient.ts';
import { SERVER_SOURCE, startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], cwd?: string): Run {
  return spawnSync(process.execPath, [SERVER_SOURCE, ...args], { cwd, encoding: 'utf8', timeout: 30_000 });
}

test('the line of --json says where, what and who, and names no token', async (t) => {
  const server = await startServer(t, { args: ['--share', `second=${temporaryFolder(t)}`] });
  const { event, url, share, shares, tokenFile, pid, connect } = server;
  assert.deepEqual(
    { event, share, shares, tokenFile, pid },
    {
      event: 'listening',
      share: 'files',
      shares: ['files', 'second'],
      tokenFile: join(server.directory, '.syncline', 'token'),
      pid: server.child.pid,
    },
  );
  assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(connect, `vscode://syncline.syncline/connect?url=${encodeURIComponent(`${url}/files`)}`);
  assert.ok(!JSON.stringify({ url, connect }).includes(server.token));
  assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
});

test('without options the folder syncline-files is made and served, and a person is told what to do', async (t) => {
  const cwd = temporaryFolder(t);
  const child = spawn(process.execPath, [SERVER_SOURCE, '--listen', '127.0.0.1:0', '--metrics', 'off'], {
    cwd,
    stdio: 'pipe',
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number]>;
  child.stderr.resume();
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Stop')) child.kill('SIGINT');
  }
  assert.deepEqual((await exited)[0], 0);
  const token = readFileSync(join(cwd, 'syncline-files/.syncline/token'), 'utf8').trim();
  const text = lines.join('\n');
  assert.match(text, /ws:\/\/127\.0\.0\.1:\d+\/files/);
  assert.match(text, /vscode:\/\/syncline\.syncline\/connect\?url=ws%3A%2F%2F127\.0\.0\.1%3A\d+%2Ffiles/);
  assert.match(text, /\.syncline\/token/);
  assert.ok(!text.includes(token));
});

test('what keeps the server from starting is one line, with the status that says whose fault it is', async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, { directory: join(folder, 'served') });
  const { port } = new URL(server.url);
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'other'));
  const common = ['--metrics', 'off'];
  const refused: [string[], number, RegExp][] = [
    [['--listen', 'nonsense'], 2, /--listen takes HOST:PORT/],
    [['--no-such-option'], 2, /unknown option '--no-such-option'/],
    [['one', 'two'], 2, /too many arguments/],
    [['--listen', '0.0.0.0:0'], 2, /--insecure/],
    [[join(folder, 'other'), '--listen', `127.0.0.1:${port}`, ...common], 3, /the port is in use/],
    [[join(folder, 'served'), '--listen', '127.0.0.1:0', ...common], 3, /Another server is using this state folder/],
    [[join(folder, 'file'), '--listen', '127.0.0.1:0', ...common], 3, /is no folder/],
    [[join(folder, 'no/such/folder'), '--listen', '127.0.0.1:0', ...common], 3, /There is no folder/],
  ];
  for (const [args, status, message] of refused) {
    const outcome = run([...args, '--log-level', 'silent']);
    assert.deepEqual([outcome.status, outcome.stdout], [status, ''], `${args.join(' ')}: ${outcome.stderr}`);
    assert.match(outcome.stderr, message);
    assert.equal(outcome.stderr.trim().split('\n').length, 1, outcome.stderr);
    assert.doesNotMatch(outcome.stderr, /\n\s+at /);
  }
});

test('a folder that is served says where, to a program that finds it locked', async (t) => {
  const server = await startServer(t);
  const file = join(server.directory, '.syncline', 'listening.json');
  const { url, tokenFile, pid } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  assert.deepEqual([url, tokenFile, pid], [server.url, join(server.directory, '.syncline', 'token'), server.child.pid]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const second = run([server.directory, '--listen', '127.0.0.1:0', '--metrics', 'off', '--json']);
  const { event, code } = JSON.parse(second.stdout) as Record<string, unknown>;
  assert.deepEqual([event, code], ['failed', 'TargetBusy']);
  assert.ok(existsSync(file), 'the one that was turned away leaves it alone');
  await server.stop();
  assert.equal(existsSync(file), false);
});

test('a folder that may not be read is refused', (t) => {
  const parent = temporaryFolder(t);
  const folder = join(parent, 'closed');
  mkdirSync(folder);
  chmodSync(parent, 0o711);
  chmodSync(folder, 0o000);
  const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const script = join(import.meta.dirname, '../support/prepareFolder.ts');
  const outcome = spawnSync(process.execPath, [script, folder], { encoding: 'utf8', ...unprivileged });
  chmodSync(folder, 0o700);
  assert.match(outcome.stdout, /^Failed to serve .*closed: the file system refuses access\.$/m, outcome.stderr);
});

test('tokens are made, listed and revoked from the command line, with the server running or not', async (t) => {
  const server = await startServer(t);
  const token = (...args: string[]): Run => run(['token', ...args, '--dir', server.directory]);
  const made = token('create', 'laptop', '--rights', 'read,write');
  assert.match(made.stdout, /^syncline_[\w-]{43}\n$/);
  (await RawClient.hello(server.url, made.stdout.trim())).close();

  const path = join(temporaryFolder(t), 'token');
  const inFile = JSON.parse(token('create', '--json', '--token-file', path).stdout) as Record<string, unknown>;
  assert.deepEqual(
    [inFile['name'], inFile['rights'], inFile['tokenFile']],
    ['token-1', ['read', 'write', 'compute'], path],
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(token('create', 'again', '--token-file', path).status, 2);

  const listed = token('list').stdout;
  assert.match(listed, /valid .* read,write +laptop/);
  assert.ok(!listed.includes(made.stdout.trim()));
  assert.equal(token('create', 'laptop').status, 3);
  assert.match(token('revoke', 'laptop').stdout, /^Revoked laptop/);
  assert.match(token('list').stdout, /revoked .* laptop/);
  await assert.rejects(RawClient.hello(server.url, made.stdout.trim()), /The token is not accepted/);
  assert.match(token('revoke', 'laptop').stderr, /There is no valid token “laptop”/);
  assert.equal(token('create', '--rights', 'everything').status, 2);
});

test('a token file that was given is used, and made where there is none', async (t) => {
  const folder = temporaryFolder(t);
  const given = join(folder, 'given');
  writeFileSync(given, 'a-token-of-my-own-making\n', { mode: 0o600 });
  const server = await startServer(t, { args: ['--token-file', given] });
  assert.deepEqual([server.tokenFile, server.token], [given, 'a-token-of-my-own-making']);
  (await RawClient.hello(server.url, server.token)).close();
  assert.ok(!existsSync(join(server.directory, '.syncline/token')));
});

test('a server that belongs to another program ends with it', async (t) => {
  const server = await startServer(t, { args: ['--stop-with-stdin'] });
  const exited = once(server.child, 'exit') as Promise<[number]>;
  server.child.stdin.end();
  assert.deepEqual((await exited)[0], 0);
});

test('help and version go to stdout', () => {
  for (const args of [['--help'], ['serve', '--help'], ['token', 'create', '--help'], ['--version']]) {
    const { status, stdout, stderr } = run(args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.ok(stdout.length > 0);
  }
  assert.match(run(['serve', '--help']).stdout, /--tls-cert <FILE>/);
});
