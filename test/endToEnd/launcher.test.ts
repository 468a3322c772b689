import assert from 'node:assert/strict';
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('the program is kept compiled, in a folder that only its user can write to', async (t) => {
  const cache = temporaryFolder(t);
  const env = { XDG_CACHE_HOME: cache };
  assert.equal((await cli(['--version'], { env })).status, 0);
  const kept = globSync('syncline/compiled/*/*', { cwd: cache }).map((name) => join(cache, name));
  assert.ok(kept.some((file) => statSync(file).size > 50_000));
  for (const file of kept) assert.equal(statSync(file).mode & 0o022, 0);
  assert.equal((await cli(['--version'], { env })).status, 0);
});

test('it runs where nothing can be kept', async (t) => {
  const home = temporaryFolder(t);
  writeFileSync(join(home, 'file'), '');
  const { status, stderr } = await cli(['--version'], { env: { XDG_CACHE_HOME: join(home, 'file') } });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

test('an address that is wrong leaves no state behind, and one that has become wrong ends the look', async (t) => {
  const server = await ServerProcess.start(t, temporaryFolder(t));
  const local = join(temporaryFolder(t), 'local');
  mkdirSync(local);
  writeFileSync(join(local, 'a'), 'a');
  const state = server.env()['XDG_STATE_HOME'] ?? '';
  const wrong = { ...server.env(), SYNCLINE_TOKEN: 'wrong' };
  assert.equal((await cli(['sync', local, `${server.url}/files`], { env: wrong })).status, 3);
  assert.deepEqual(globSync('**/base.db', { cwd: state }), []);
  assert.equal((await cli(['sync', local, `${server.url}/files`], { env: server.env() })).status, 0);
  const refused = await cli(['sync', local, `${server.url}/files`], { env: wrong });
  assert.equal(refused.status, 3, refused.stderr);
});
