import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Change } from '../../../server/protocol/messages/values.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import { childrenOf, countTree, entriesOf, nodeAt, sameNode } from '../../../extension/sync/tree/tree.ts';
import { applyChanges, TreeEditor } from '../../../extension/sync/tree/treeEditor.ts';
import { file, show, tree, treeOf } from '../../support/treeNotation.ts';
import { arbitraryTree } from '../../support/arbitraryTree.ts';

const p = parseWirePath;
const put = (path: string, text: string): Change => ({ kind: 'put', rev: 1, path: p(path), entry: file(text) });
const remove = (path: string): Change => ({ kind: 'delete', rev: 1, path: p(path) });
const rename = (from: string, to: string): Change => ({ kind: 'rename', rev: 1, from: p(from), to: p(to) });

const CASES: [string, string, Change[], string][] = [
  ['puts a file', 'a=1', [put('b', '2')], 'a=1 b=2'],
  ['makes the parents of a file', '', [put('a/b/c', '1')], 'a/b/c=1'],
  ['replaces a file', 'a=1', [put('a', '2')], 'a=2'],
  [
    'keeps what is in a folder that is put again',
    'd/a=1',
    [{ kind: 'put', rev: 1, path: p('d'), entry: DIRECTORY }],
    'd/a=1',
  ],
  ['replaces a file by a folder', 'd=1', [{ kind: 'put', rev: 1, path: p('d'), entry: DIRECTORY }], 'd/'],
  ['lets a file give way to a path below it', 'd=1', [put('d/x', '2')], 'd/x=2'],
  ['replaces a folder by a file', 'd/a=1 d/b=2', [put('d', '3')], 'd=3'],
  ['deletes everything below a folder', 'd/a=1 d/e/b=2 x=3', [remove('d')], 'x=3'],
  ['deletes nothing where nothing is', 'a=1', [remove('b'), remove('a/b')], 'a=1'],
  ['leaves the folder of the last file', 'd/a=1', [remove('d/a')], 'd/'],
  ['moves a folder with everything below', 'd/a=1 d/e/b=2', [rename('d', 'x/y')], 'x/y/a=1 x/y/e/b=2'],
  ['moves onto a file', 'a=1 b=2', [rename('a', 'b')], 'b=1'],
  ['moves nothing where nothing is', 'a=1', [rename('b', 'a')], 'a=1'],
  ['does not move a folder into itself', 'd/a=1', [rename('d', 'd/e')], 'd/a=1'],
  ['carries out changes in order', 'a=1', [rename('a', 'b'), put('a', '2'), rename('b', 'c'), remove('c')], 'a=2'],
];

for (const [title, before, changes, after] of CASES) {
  test(title, () => {
    const old = treeOf(before);
    assert.equal(show(applyChanges(old, changes)), show(treeOf(after)));
    assert.equal(show(old), show(treeOf(before)), 'the old tree is as it was');
  });
}

test('shares every folder that was not edited', () => {
  const old = tree`a/x=1 b/y=2 c/d/z=3`;
  const now = applyChanges(old, [put('a/n', '4')]);
  assert.notEqual(nodeAt(now, p('a')), nodeAt(old, p('a')));
  assert.equal(nodeAt(now, p('b')), nodeAt(old, p('b')));
  assert.equal(nodeAt(now, p('c')), nodeAt(old, p('c')));
});

test('gives the old tree back when nothing was edited', () => {
  const old = tree`a/x=1`;
  assert.equal(new TreeEditor(old).tree(), old);
});

test('does not touch a tree that was already taken', () => {
  const editor = new TreeEditor(tree`d/a=1`);
  editor.set(p('d/b'), file('2'));
  const taken = editor.tree();
  editor.set(p('d/c'), file('3'));
  assert.equal(show(taken), 'd/a=1 d/b=2');
  assert.equal(show(editor.tree()), 'd/a=1 d/b=2 d/c=3');
});

test('edits a folder that was moved without touching where it came from', () => {
  const old = tree`d/e/a=1`;
  const editor = new TreeEditor(old);
  editor.rename(p('d/e'), p('f'));
  editor.set(p('f/b'), file('2'));
  assert.equal(show(editor.tree()), 'd/ f/a=1 f/b=2');
  assert.equal(show(old), 'd/e/a=1');
});

test('lists entries in path order, folders first', () => {
  assert.deepEqual(
    [...entriesOf(tree`b=1 a/z=2 a/b/c=3 a.txt=4`)].map(([path]) => path),
    ['a', 'a/b', 'a/b/c', 'a/z', 'a.txt', 'b'],
  );
});

test('counts files, links, folders and bytes', () => {
  assert.deepEqual(countTree(tree`a=12345 d/e/ d/l->../a d/f=1`), { files: 2, links: 1, directories: 2, bytes: 6 });
});

test('a tree taken apart and put together is the same', () => {
  fc.assert(
    fc.property(arbitraryTree(), (original) => {
      const editor = new TreeEditor(tree``);
      for (const [path, node] of entriesOf(original)) editor.put(path, node.kind === 'directory' ? DIRECTORY : node);
      assert.ok(sameNode(editor.tree(), original));
      assert.equal(childrenOf(editor.tree()).size, original.children.size);
    }),
  );
});
