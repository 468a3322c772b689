import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextPiece } from '../../../extension/sync/base/nextPiece.ts';
import { entriesOf, entryOf, nodeAt, shareNodes, type Tree } from '../../../extension/sync/tree/tree.ts';
import { sameEntry } from '../../../server/protocol/entry.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { show, treeOf } from '../../support/treeNotation.ts';

function pieces(from: Tree, to: Tree, entries: number): Tree[] {
  const all: Tree[] = [];
  for (let tree = from; tree !== to; all.push(tree)) tree = nextPiece(tree, to, entries);
  return all;
}

test('goes from one tree to another folder by folder', () => {
  const [from, to] = [treeOf('a/x=1 b/y=1 c/z=1 gone/g=1'), treeOf('a/x=2 b/y=2 c/z=2 top=1')];
  assert.deepEqual(pieces(from, to, 1).map(show), [
    'a/x=2 b/y=1 c/z=1 top=1',
    'a/x=2 b/y=2 c/z=1 top=1',
    'a/x=2 b/y=2 c/z=2 top=1',
  ]);
});

test('takes as many folders at once as it may, and the tree itself when that is all', () => {
  const to = treeOf('a/x=2 b/y=2');
  assert.equal(nextPiece(treeOf('a/x=1 b/y=1'), to, 100), to);
  assert.equal(nextPiece(to, to, 1), to);
});

test('a folder that lists more than may be taken at once does not stand still', () => {
  const names = Array.from({ length: 20 }, (_, n) => `d${n}/f=1`).join(' ');
  assert.equal(pieces(treeOf(''), treeOf(names), 1).length, 20);
});

test('whatever the trees, each path goes from what it was to what it will be, once', () => {
  fc.assert(
    fc.property(arbitraryTree(30), arbitraryPerturbation, fc.integer({ min: 1, max: 5 }), (from, perturb, entries) => {
      const to = shareNodes(perturb(from), from);
      const paths = new Set([...entriesOf(from), ...entriesOf(to)].map(([path]) => path));
      const done = new Set<string>();
      for (const piece of pieces(from, to, entries))
        for (const path of paths) {
          const [before, now, then] = [from, piece, to].map((tree) => entryOf(nodeAt(tree, path)));
          if (sameEntry(now, then)) done.add(path);
          else assert.ok(sameEntry(now, before) && !done.has(path), path);
        }
    }),
  );
});
