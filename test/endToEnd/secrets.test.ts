import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
