import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { readWireLog } from '../support/wireLog.ts';
import { converge, Workspace } from '../support/workspace.ts';

test('without any event, added, changed and deleted files follow within ten seconds, and a new one is sent once', async (t) => {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const workspace = new Workspace(server, home, 'local');
  for (const name of ['stays.txt', 'changes.txt', 'goes.txt']) workspace.write(name, `${name}\n`);
  t.after(() => workspace.stop());
  await workspace.watch('--no-watcher', '--mode', 'mirror', '--yes');

  const fresh = 'a new file that nobody was told of\n';
  workspace.write('new folder/new.txt', fresh);
  writeFileSync(join(workspace.folder, 'changes.txt'), 'CHANGES.TXT\n');
  // same size, and a time that says it is old: only a look at the file itself can tell
  utimesSync(join(workspace.folder, 'changes.txt'), 1_000_000_000, 1_000_000_000);
  rmSync(join(workspace.folder, 'goes.txt'));
  const begun = performance.now();
  const there = (name: string): string => join(server.folder, name);
  await converge(
    [workspace],
    () =>
      existsSync(there('new folder/new.txt')) &&
      readFileSync(there('changes.txt'), 'utf8') === 'CHANGES.TXT\n' &&
      !existsSync(there('goes.txt')),
  );
  const took = performance.now() - begun;
  // less than ten seconds between two looks, and what a busy machine adds
  assert.ok(took < 14_000, `it took ${took} ms`);

  // whatever the monitor finds next, it is not the same again
  workspace.write('later.txt', 'later\n');
  await converge([workspace], () => existsSync(there('later.txt')));
  const content = contentIdOf(Buffer.from(fresh));
  const sent = readWireLog(workspace.wireLog).filter(
    ({ way, method, params }) =>
      way === 'sent' && method === 'content/upload' && JSON.stringify(params).includes(content),
  );
  assert.equal(sent.length, 1, 'the new file is sent exactly once');
  const put = readWireLog(workspace.wireLog).filter(
    ({ way, method, params }) =>
      way === 'sent' && method === 'files/commit' && JSON.stringify(params).includes('new.txt'),
  );
  assert.equal(put.length, 1, 'and committed exactly once');
  t.diagnostic(`found and sent after ${Math.round(took)} ms`);
});
