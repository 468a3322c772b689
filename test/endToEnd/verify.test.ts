import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ServerProcess } from '../support/programs.ts';
import { damageLocally } from '../support/silentDamage.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { untilOld } from '../support/untilOld.ts';

test('explain names the rule; verify reads both sides again, tells what changed without a trace, and repairs it on demand', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const local = join(home, 'local');
  mkdirSync(local);
  for (const name of ['a', 'b']) writeFileSync(join(local, name), `good ${name}`);
  await untilOld();
  const target = [local, `${server.url}/files`];
  const state = server.env()['XDG_STATE_HOME'] ?? '';
  assert.equal((await server.cli(['sync', ...target])).status, 0);
  writeFileSync(join(local, '.gitignore'), '*.tmp\n');
  assert.equal((await server.cli(['sync', ...target])).status, 0);
  const ignored = await server.cli(['explain', ...target, 'x.tmp', '--json']);
  assert.deepEqual(ignored.lines[0]?.['kind'], 'ignored');
  assert.match((await server.cli(['explain', ...target, 'x.tmp'])).stdout, /“\*\.tmp” in line 1 of \.gitignore/);
  const sound = await server.cli(['verify', ...target]);
  assert.equal(sound.status, 0);
  assert.match(sound.stdout, /^3 files read here, 3 on the server: all as it was on record, both sides agree\n$/);

  const targets = join(state, 'syncline/targets');
  damageLocally(local, join(targets, readdirSync(targets)[0] ?? ''), 'a', 'evil a');
  const found = await server.cli(['verify', ...target, '--json']);
  assert.equal(found.status, 1);
  assert.deepEqual(
    found.lines.map(({ event, side, path, drift }) => [event, side, path, drift]),
    [
      ['drift', 'local', 'a', undefined],
      ['planned', 'remote', 'a', undefined],
      ['verified', undefined, undefined, 1],
    ],
  );
  const dry = await server.cli(['verify', ...target, '--repair', '--dry-run']);
  assert.match(dry.stdout, /a: changed here without a trace: it was file, 6 B, the disk holds file, 6 B\n/);
  assert.match(dry.stdout, /↑ put a .*\nDry run: 1 uploaded\. Nothing was changed\.\n$/);
  assert.equal(readFileSync(join(server.folder, 'a'), 'utf8'), 'good a');
  const repaired = await server.cli(['verify', ...target, '--repair', '--json']);
  assert.equal(repaired.status, 0);
  assert.equal(repaired.lines.at(-1)?.['uploaded'], 1);
  assert.equal(readFileSync(join(server.folder, 'a'), 'utf8'), 'evil a');
  assert.equal((await server.cli(['verify', ...target])).status, 0);
  assert.equal((await server.cli(['verify', '.', '--repair'])).status, 2, 'a repair needs both sides');
});
