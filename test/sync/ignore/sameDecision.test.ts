import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderIgnore } from '../../../extension/cli/folderIgnore.ts';
import { startServer } from '../../support/serverProcess.ts';
import { SyncedFolder } from '../../support/syncedFolder.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { harvest, plant } from '../../support/tree.ts';

const RULES = {
  '.gitignore': '*.log\n!keep.log\nbuild/\n/top\nspaced\\ \n[Tt]emp?\n',
  'd/.gitignore': '!*.log\n/inner/\n',
  'd/.synclineignore': 'own\n',
};
const TREE = {
  ...RULES,
  'a.log': 'x',
  'keep.log': 'x',
  'build/out': 'x',
  'd/build/out': 'x',
  top: 'x',
  'd/top': 'x',
  'spaced ': 'x',
  spaced: 'x',
  temp1: 'x',
  Temp2: 'x',
  TEMP3: 'x',
  'd/a.log': 'x',
  'd/inner/f': 'x',
  'd/deep/inner/f': 'x',
  'd/own': 'x',
  'd/deep/own': 'x',
  own: 'x',
};
const SYNCED = [
  '.gitignore',
  'TEMP3',
  'd',
  'd/.gitignore',
  'd/.synclineignore',
  'd/a.log',
  'd/deep',
  'd/deep/inner',
  'd/deep/inner/f',
  'd/top',
  'keep.log',
  'own',
  'spaced',
].sort();

test('save, watch, sync, explanation, the tree of the server and put decide alike (row 15)', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  plant(folder.root, TREE);
  await folder.sync();
  const synced = Object.keys(harvest(server.directory)).sort();
  assert.deepEqual(synced, SYNCED, 'sync');

  const ignoredBy = folderIgnore(folder.root);
  const target = await folder.open();
  for (const path of Object.keys(TREE)) {
    const isSynced = SYNCED.includes(path);
    assert.equal(target.ignores(path, false), !isSynced, `tree and save: ${path}`);
    assert.equal(ignoredBy(path, false), !isSynced, `put: ${path}`);
    assert.equal((await target.explain(path)).kind, isSynced ? 'inSync' : 'ignored', `explanation: ${path}`);
  }

  // what the server has of these names stays there and does not come here
  const theirs = Object.keys(TREE).filter((path) => !SYNCED.includes(path) && path !== 'spaced ');
  plant(server.directory, Object.fromEntries(theirs.map((path) => [path, 'of the server'])));
  await folder.serverSees(Object.fromEntries(theirs.map((path) => [path, 'of the server'])));
  await folder.sync();
  for (const path of theirs) assert.equal(readFileSync(folder.at(path), 'utf8'), 'x', `server's tree: ${path}`);

  await target.start();
  const { promise: settled, resolve } = Promise.withResolvers<void>();
  const applied: string[] = [];
  target.onApplied(({ operation }) => {
    applied.push(operation.kind === 'rename' ? operation.to : operation.path);
    if (applied.includes('last')) resolve();
  });
  for (const path of Object.keys(TREE).filter((each) => !each.endsWith('ignore'))) {
    writeFileSync(folder.at(path), 'changed');
    if (SYNCED.includes(path)) continue;
    target.notifySaved(folder.at(path));
  }
  writeFileSync(folder.at('last'), 'x');
  await settled;
  assert.deepEqual(
    applied.filter((path) => !SYNCED.includes(path)),
    ['last'],
    'save and watch',
  );
});

test('put of a folder in a working tree of git heeds the ignore files above it, unless it is ignored itself', (t) => {
  const root = temporaryFolder(t);
  plant(root, { '.gitignore': '*.log\n/dist/\n', 'src/.gitignore': 'own\n', 'src/a.log': '', 'dist/b.log': '' });
  assert.equal(folderIgnore(join(root, 'src'))('a.log', false), false, 'without git each folder is its own root');
  mkdirSync(join(root, '.git'));
  const src = folderIgnore(join(root, 'src'));
  assert.deepEqual([src('a.log', false), src('own', false), src('a', false)], [true, true, false]);
  assert.equal(folderIgnore(join(root, 'dist'))('b.log', false), false, 'it was named on purpose');
});

test("Unison's hole: renaming a folder on one side keeps the ignored files in it on the other, in both directions (row 5)", async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  plant(folder.root, { '.gitignore': '*.log\ncache/\n', 'd/a': '1', 'd/b': '2', 'd/s/c': '3' });
  await folder.sync();
  const ignored = { 'd/x.log': 'log', 'd/s/cache/big': 'cache', 'd/s/y.log': 'log' };
  plant(server.directory, ignored);
  plant(folder.root, ignored);
  await folder.serverSees(ignored);
  const moved = (from: string, to: string): Record<string, string> =>
    Object.fromEntries(Object.entries(ignored).map(([path, text]) => [path.replace(from, to), text]));

  renameSync(folder.at('d'), folder.at('e'));
  const here = await folder.sync();
  assert.equal(here.summary.renamed, 1);
  for (const [path, text] of Object.entries(moved('d', 'e/')))
    assert.equal(readFileSync(join(server.directory, path), 'utf8'), text, `on the server: ${path}`);

  renameSync(join(server.directory, 'e'), join(server.directory, 'f'));
  await folder.serverSees({ 'f/a': '1', 'f/s/c': '3', 'e/a': null, 'e/s/c': null });
  const there = await folder.sync();
  assert.equal(there.summary.renamed, 1);
  for (const [path, text] of Object.entries(moved('d', 'f/')))
    assert.equal(readFileSync(folder.at(path), 'utf8'), text, `here: ${path}`);
  assert.deepEqual(harvest(folder.root), harvest(server.directory));

  // a folder that is deleted, or replaced by a rename onto its place, leaves them standing as well
  rmSync(folder.at('f'), { recursive: true });
  await folder.sync({ confirmed: true });
  for (const [path, text] of Object.entries(moved('d', 'f/')))
    assert.equal(readFileSync(join(server.directory, path), 'utf8'), text, `left standing: ${path}`);
});

test('a rename whose files were all edited as well, so that it looks like new files, loses no ignored file', async (t) => {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  plant(folder.root, { '.gitignore': '*.log\n', 'd/a': '1', 'd/b': '2' });
  await folder.sync();
  plant(server.directory, { 'd/x.log': 'theirs' });
  plant(folder.root, { 'd/x.log': 'mine' });
  renameSync(folder.at('d'), folder.at('e'));
  for (const name of ['a', 'b']) writeFileSync(folder.at(`e/${name}`), 'edited and renamed');
  await folder.sync();
  assert.equal(readFileSync(folder.at('e/x.log'), 'utf8'), 'mine');
  assert.equal(readFileSync(join(server.directory, 'd/x.log'), 'utf8'), 'theirs');
  assert.equal(readFileSync(join(server.directory, 'e/a'), 'utf8'), 'edited and renamed');
});
