import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { COMMANDS } from '../../extension/cli/commands.ts';
import { runCli } from '../../extension/cli/runCli.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

class Text {
  text = '';
  columns = 100;
  write(text: string): void {
    this.text += text;
  }
}

async function run(argv: string[], env: Record<string, string> = {}, cwd = '/') {
  const [stdout, stderr] = [new Text(), new Text()];
  const status = await runCli(argv, {
    env: { SYNCLINE_TOKEN: 'token', ...env },
    cwd,
    stdin: (async function* () {})(),
    stdout,
    stderr,
    onSignal: () => {},
  });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

test('the help shows every command with its group', async () => {
  const { status, stdout } = await run(['--help']);
  assert.equal(status, 0);
  for (const name of Object.keys(COMMANDS)) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  assert.match(stdout, /^Files on the server:$/m);
  assert.match(stdout, /SYNCLINE_TOKEN/);
});

for (const name of Object.keys(COMMANDS).filter(
  (each) => each !== 'serve' && each !== 'token' && each !== 'jobs' && each !== 'safety',
)) {
  test(`the help of ${name} reads well and has examples`, async () => {
    const { status, stdout, stderr } = await run([name, '--help']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^Usage: syncline ${name} \\[options\\]`));
    assert.match(stdout, new RegExp(`^Examples:\n  (.*\\| )?syncline ${name}\\b`, 'm'));
    assert.match(stdout, /--json/);
    assert.equal((await run(['help', name])).stdout, stdout);
  });
}

test('without a command it shows the help and fails', async () => {
  const { status, stderr } = await run([]);
  assert.equal(status, 2);
  assert.match(stderr, /Usage: syncline/);
});

const WRONG: [string[], RegExp][] = [
  [['frobnicate'], /^Error: Unknown command 'frobnicate'\. See “syncline --help”\.\n$/],
  [['lss'], /Did you mean “ls”\?/],
  [['ls', '--frob'], /^Error: Unknown option '--frob'\. See “syncline ls --help”\.\n$/],
  [['put'], /Missing required argument 'local'/],
  [['stat', 'a', 'b'], /Too many arguments/i],
  [['history', '-n', 'many'], /whole number from 1 on/],
  [['restore', 'a', '--at', 'some day'], /It takes a revision/],
  [['restore', 'a', '--server', 'ws://h:1/files', '--at', '2026-13-01'], /It takes a revision/],
  [['sort', '--order', 'sideways', '1'], /Allowed choices are ascending, descending/],
  [['ls'], /Which server\?/],
  [['ls', '--server', 'http://h/files'], /is no target/],
  [['ls', '--server', 'ssh://h/srv'], /ssh:\/\/ targets are not supported yet/],
  [['ls', '--server', 'ws://h:1/files', '--token-file', '/no/such/file'], /token file .* does not exist/],
  [['jobs', 'submit', 'add', '{values', '--server', 'ws://h:1/files'], /The parameters are no JSON/],
];

for (const [argv, expected] of WRONG) {
  test(`wrong usage: syncline ${argv.join(' ')}`, async () => {
    const { status, stdout, stderr } = await run(argv);
    assert.match(stderr, expected);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.equal(stderr.trim().split('\n').length, 1, 'one line');
  });
}

test('with --json a failure is a line of JSON', async () => {
  const { status, stdout, stderr } = await run(['ls', '--json']);
  assert.equal(status, 2);
  assert.equal(JSON.parse(stdout).code, 'Usage');
  assert.equal(stderr, '');
});

test('a missing token is explained', async () => {
  const { stderr } = await run(['ls', '--server', 'ws://h:1/files'], { SYNCLINE_TOKEN: '' });
  assert.match(stderr, /--token-file.*SYNCLINE_TOKEN/);
});

test('serve runs the program of the server beside it, with its arguments and its status', async (t: TestContext) => {
  const folder = temporaryFolder(t);
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'server.cjs');
  writeFileSync(program, 'exports.main = async (argv) => { globalThis.served = argv; return 7; };');
  const { status } = await run(['serve', 'dir', '--json', '--listen', '1:2'], { SYNCLINE_SERVER_PROGRAM: program });
  assert.equal(status, 7);
  assert.deepEqual((globalThis as { served?: unknown }).served, ['serve', 'dir', '--json', '--listen', '1:2']);
  await run(['help', 'token'], { SYNCLINE_SERVER_PROGRAM: program });
  assert.deepEqual((globalThis as { served?: unknown }).served, ['token', '--help']);
});

test('says so when the program of the server is missing', async () => {
  const { status, stderr } = await run(['serve'], { SYNCLINE_SERVER_PROGRAM: '/nowhere/server.cjs' });
  assert.equal(status, 2);
  assert.match(stderr, /server's program is missing/);
});
