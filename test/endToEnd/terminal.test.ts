import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { test, type TestContext } from 'node:test';
import { CLI, ServerProcess } from '../support/programs.ts';
import { listing } from '../support/compareTrees.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { untilLine } from '../support/wireLog.ts';

// `script` (util-linux) gives the command a terminal of its own.
function onTerminal(args: readonly string[], cwd: string, env: Readonly<Record<string, string | undefined>>) {
  const command = [process.execPath, CLI, ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 120; ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: undefined, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    for (const check of waiting) check();
  });
  return {
    child,
    screen: () => screen,
    shows: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const check = (): void => {
          if (!pattern.test(stripVTControlCharacters(screen))) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        child.on('close', () => reject(new Error(`The terminal never showed ${pattern}:\n${screen}`)));
        check();
      }),
    ended: once(child, 'close').then(([status]) => ({ status: status as number, stderr: screen })),
  };
}

const BAR = /Uploading [█░]{24} \d+ % {2}[\d.]+ MB of 60\.0 MB {2}[\d.]+ \w?B\/s {2}.* left/;

/** An upload on a terminal that has been going on for more than a second: the server is asleep in the middle of it. */
async function longUpload(t: TestContext) {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const log = join(home, 'wire');
  writeFileSync(join(home, 'large'), pseudoRandom('bar', 60_000_000));
  const terminal = onTerminal(['put', 'large', 'large'], home, { ...server.env(), SYNCLINE_WIRE_LOG: log });
  await untilLine(log, ({ method }) => method === 'content/upload', terminal);
  server.running.child.kill('SIGSTOP');
  const wake = (): void => void server.running.child.kill('SIGCONT');
  try {
    await terminal.shows(BAR);
  } catch (error) {
    wake();
    throw error;
  }
  return { terminal, wake };
}

test('on a terminal what takes longer than a second has a bar with bytes, rate and time left', async (t) => {
  const { terminal, wake } = await longUpload(t);
  wake();
  assert.equal((await terminal.ended).status, 0);
  assert.match(stripVTControlCharacters(terminal.screen()), /large: 60\.0 MB uploaded\s*$/);
});

test('Ctrl-C on a terminal ends a command with 130, says what is safe, and gives the cursor back', async (t) => {
  const { terminal, wake } = await longUpload(t);
  terminal.child.stdin.write('\u0003');
  const { status } = await terminal.ended;
  wake();
  assert.equal(status, 130);
  assert.match(terminal.screen(), /Cancelled\. Nothing is half-done/);
  assert.ok(terminal.screen().lastIndexOf('\u001b[?25h') > terminal.screen().lastIndexOf('\u001b[?25l'));
});

test('colours are for terminals alone, and not where they are unwanted', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  await server.cli(['mkdir', 'folder']);
  const plain = await server.cli(['ls']);
  assert.equal(plain.stdout, 'folder\n');
  const coloured = onTerminal(['ls'], home, server.env());
  await coloured.ended;
  assert.match(coloured.screen(), /\u001b\[34mfolder/);
  const unwanted = onTerminal(['ls'], home, { ...server.env(), NO_COLOR: '1' });
  await unwanted.ended;
  assert.equal(unwanted.screen().trim(), 'folder');
});

test('a watching sync that a brake stops asks on its terminal, and a word lets it go on', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  mkdirSync(local);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(local, name), name);
  const terminal = onTerminal(['sync', local, `${server.url}/files`, '--watch'], home, server.env());
  await terminal.shows(/In sync with/);
  for (const name of ['a', 'b', 'c']) rmSync(join(local, name));
  await terminal.shows(/The local folder is empty now.*\s+Do it all the same\? \[y\/N\]/);
  assert.deepEqual(listing(server.folder), ['a', 'b', 'c']);
  terminal.child.stdin.write('y\r');
  await terminal.shows(/↑ delete a[^]*In sync with/);
  assert.deepEqual(listing(server.folder), []);
  terminal.child.stdin.write('\u0003');
  assert.equal((await terminal.ended).status, 130);
});
