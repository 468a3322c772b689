import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('row 13: the token is in its own file and nowhere else: no output, no log, no state, no share', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home, { args: ['--log-level', 'debug'] });
  const local = join(home, 'local');
  mkdirSync(local);
  writeFileSync(join(local, 'a.txt'), 'text');
  const target = `${server.url}/files`;
  const env = { SYNCLINE_DEBUG: '1' };
  const outputs: string[] = [];
  for (const args of [
    ['sync', local, target, '--once', '--json'],
    ['ls', '-l'],
    ['get', 'missing.txt'],
    ['sync', local, `${server.url}/no-such-share`, '--once'],
    ['token', 'list'],
  ]) {
    const { stdout, stderr } = await server.cli(args, { env });
    outputs.push(stdout, stderr);
  }
  const { token } = server;
  assert.ok(token.length > 20);
  const { stdout, stderr } = await server.running.stop();
  for (const text of [...outputs, stdout, stderr]) assert.ok(!text.includes(token), text);
  const holding: string[] = [];
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && readFileSync(file).includes(token)) holding.push(file);
  }
  assert.deepEqual(holding, [server.tokenFile]);
});

test('row 13: a file that looks secret is not uploaded before a person has agreed, and never asked for again', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  mkdirSync(join(local, 'api'), { recursive: true });
  writeFileSync(join(local, 'a.txt'), 'text');
  writeFileSync(join(local, 'api/.env'), 'PASSWORD=sesame');
  const sync = (...args: string[]) => server.cli(['sync', local, `${server.url}/files`, '--once', ...args]);
  const held = (): string[] =>
    readdirSync(server.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes('sesame'))
      .map(({ name }) => name);

  const stopped = await sync();
  assert.equal(stopped.status, 4, stopped.stderr);
  assert.match(stopped.stderr, /“api\/\.env” looks as if it held secrets/);
  assert.match(stopped.stderr, /--yes/);
  assert.deepEqual(held(), [], 'not even on the way');
  assert.ok(!existsSync(join(server.folder, 'a.txt')));

  writeFileSync(join(local, '.gitignore'), '.env\n');
  assert.equal((await sync()).status, 0);
  assert.equal(readFileSync(join(server.folder, 'a.txt'), 'utf8'), 'text');
  assert.deepEqual(held(), []);

  writeFileSync(join(local, '.gitignore'), '');
  assert.equal((await sync()).status, 4);
  assert.equal((await sync('--yes')).status, 0);
  assert.deepEqual(held(), ['.env']);
  writeFileSync(join(local, 'api/.env'), 'PASSWORD=open sesame');
  assert.equal((await sync()).status, 0);
  assert.equal(readFileSync(join(server.folder, 'api/.env'), 'utf8'), 'PASSWORD=open sesame');
});
