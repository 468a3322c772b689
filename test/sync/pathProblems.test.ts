import assert from 'node:assert/strict';
import { lstatSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { harvest, plant } from '../support/tree.ts';

test('a link that leads out of the folder is one problem of its own, is never followed, and keeps nothing else back (row 18)', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  plant(folder.root, { a: '1', 'd/b': '2' });
  symlinkSync('/etc/passwd', folder.at('absolute'));
  symlinkSync('../../../outside', folder.at('d/up'));
  symlinkSync('b', folder.at('d/inside'));
  symlinkSync('/etc', folder.at('folder'));
  const first = await folder.sync();
  assert.deepEqual(first.problems.map(({ path, code }) => `${path} ${code}`).sort(), [
    'absolute LinkOutside',
    'd/up LinkOutside',
    'folder LinkOutside',
  ]);
  assert.deepEqual(Object.keys(harvest(server.directory)).sort(), ['a', 'd', 'd/b', 'd/inside']);

  // and the other way round: what another program links on the server is not fetched
  symlinkSync('/etc/shadow', join(server.directory, 'theirs'));
  writeFileSync(join(server.directory, 'c'), '3');
  await folder.serverSees({ c: '3' });
  const second = await folder.sync();
  assert.equal(second.conflicts.length, 0);
  assert.equal(readFileSync(folder.at('c'), 'utf8'), '3');
  assert.equal(lstatSync(folder.at('theirs'), { throwIfNoEntry: false }), undefined);
  assert.equal(readlinkSync(folder.at('absolute')), '/etc/passwd', 'nobody touches the links themselves');
  assert.equal(readlinkSync(join(server.directory, 'theirs')), '/etc/shadow');
});

test('names that Windows cannot keep are told and left where they are, on both sides, and nothing is lost (row 20)', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  const names = ['CON', 'aux.txt', 'a:b', 'dot.', 'space ', 'que?', 'pi|pe', 'back\\slash', 'COM1', 'lpt9.log'];
  const mine = Object.fromEntries(names.map((name) => [`mine/${name}`, `mine ${name}`]));
  const theirs = Object.fromEntries(names.map((name) => [`theirs/${name}`, `theirs ${name}`]));
  plant(folder.root, { ...mine, 'mine/fine': '1' });
  plant(server.directory, { ...theirs, 'theirs/fine': '2' });
  await folder.serverSees({ 'theirs/fine': '2' });
  for (let turn = 0; turn < 2; turn++) {
    const { problems, conflicts, summary } = await folder.sync();
    assert.equal(
      problems.filter(({ path, code }) => path.startsWith('mine/') && code === 'IllegalPath').length,
      names.length,
    );
    assert.deepEqual([conflicts.length, summary.deletedLocal, summary.deletedRemote], [0, 0, 0]);
  }
  assert.equal(readFileSync(folder.at('theirs/fine'), 'utf8'), '2');
  assert.equal(readFileSync(join(server.directory, 'mine/fine'), 'utf8'), '1');
  for (const name of names) {
    assert.equal(readFileSync(folder.at(`mine/${name}`), 'utf8'), `mine ${name}`);
    assert.equal(readFileSync(join(server.directory, `theirs/${name}`), 'utf8'), `theirs ${name}`);
    assert.equal(lstatSync(join(server.directory, `mine/${name}`), { throwIfNoEntry: false }), undefined);
    assert.equal(lstatSync(folder.at(`theirs/${name}`), { throwIfNoEntry: false }), undefined);
  }
});
