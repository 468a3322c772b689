import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Jail } from '../../server/protocol/disk/jail.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { plant } from '../support/tree.ts';

test('a path leads to the file below the root', (t) => {
  const root = temporaryFolder(t);
  plant(root, { 'a/b/c.txt': 'deep', 'top.txt': 'top' });
  const jail = Jail.open(root);
  t.after(() => jail.close());
  assert.equal(readFileSync(jail.at('a/b/c.txt'), 'utf8'), 'deep');
  assert.equal(readFileSync(jail.at('top.txt'), 'utf8'), 'top');
  assert(lstatSync(`${jail.directory('a')}/b`).isDirectory());
});

test('a link in place of a folder is not followed, a missing folder is missing', (t) => {
  const root = temporaryFolder(t);
  const outside = temporaryFolder(t);
  plant(outside, { 'x/secret': 's' });
  plant(root, { inner: `-> ${outside}`, file: 'f' });
  const jail = Jail.open(root);
  t.after(() => jail.close());
  assert.throws(() => jail.at('inner/new'), { code: 'ENOTDIR' });
  assert.throws(() => jail.at('inner/x/secret'), { code: 'ENOTDIR' });
  assert.throws(() => jail.at('file/x'), { code: 'ENOTDIR' });
  assert.throws(() => jail.at('gone/x'), { code: 'ENOENT' });
});

test('a folder swapped for a link after it was examined does not lead out', (t) => {
  const root = temporaryFolder(t);
  const outside = temporaryFolder(t);
  mkdirSync(join(root, 'folder'));
  const jail = Jail.open(root);
  t.after(() => jail.close());
  jail.directory('folder');
  renameSync(join(root, 'folder'), join(root, 'aside'));
  symlinkSync(outside, join(root, 'folder'));
  writeFileSync(jail.at('folder/f'), 'kept inside');
  assert.equal(readFileSync(join(root, 'aside/f'), 'utf8'), 'kept inside');
  jail.forget('folder');
  assert.throws(() => jail.at('folder/f'), { code: 'ENOTDIR' });
});

test('more folders than may stay open work, in any order', (t) => {
  const root = temporaryFolder(t);
  const paths = Array.from({ length: 300 }, (_, i) => `d${i}/e/f`);
  plant(root, Object.fromEntries(paths.map((path) => [path, path])));
  const jail = Jail.open(root);
  t.after(() => jail.close());
  for (const path of [...paths, ...paths.toReversed()]) assert.equal(readFileSync(jail.at(path), 'utf8'), path);
});
