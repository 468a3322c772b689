import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSides } from '../../extension/sync/compareSides.ts';
import type { Tree } from '../../extension/sync/tree/tree.ts';
import { tree } from '../support/treeNotation.ts';

const compared = (local: Tree, remote: Tree): string[] =>
  [...compareSides(local, remote)].map(([path, difference]) => `${path} ${difference}`).toSorted();

test('tells what differs, and what one side alone has, the topmost folder for all below it', () => {
  const local = tree`same.txt=1 edited.txt=1 new/a=1 new/b=2 src/x=1 src/y=1`;
  const remote = tree`same.txt=1 edited.txt=2 old/c=3 src/x=1 src/z=1`;
  assert.deepEqual(compared(local, remote), [
    'edited.txt different',
    'new onlyHere',
    'old onlyThere',
    'src/y onlyHere',
    'src/z onlyThere',
  ]);
});

test('a file on one side and a folder on the other are different, whatever is in the folder', () => {
  assert.deepEqual(compared(tree`a=1`, tree`a/b=1`), ['a different']);
});

test('sides that agree have no differences, the executable bit included', () => {
  const sides = tree`a/b/c=1 d=2`;
  assert.deepEqual(compared(sides, sides), []);
  assert.deepEqual(compared(sides, tree`a/b/c=1 d=2`), []);
  assert.deepEqual(compared(tree`run*=1`, tree`run=1`), ['run different']);
});
