import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settleInterrupted } from '../../../extension/sync/base/settleInterrupted.ts';
import { nodeAt } from '../../../extension/sync/tree/tree.ts';
import type { Entry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { show, treeOf } from '../../support/treeNotation.ts';

const at = parseWirePath;
const fileOf = (text: string): Extract<Entry, { kind: 'file' }> => {
  const node = nodeAt(treeOf(`x=${text}`), at('x'));
  assert(node?.kind === 'file');
  return node;
};
const put = (path: string, text: string): Operation => ({
  kind: 'put',
  path: at(path),
  entry: fileOf(text),
  expect: null,
});
const remove = (path: string): Operation => ({ kind: 'delete', path: at(path), expect: fileOf('1') });
const rename = (from: string, to: string): Operation => ({
  kind: 'rename',
  from: at(from),
  to: at(to),
  expect: fileOf('1'),
  expectTo: null,
});
const folder = (path: string): Operation => ({ kind: 'makeDirectory', path: at(path) });

/** What was begun, what the folder shows after the death, and what both sides agreed on by then. */
const CASES: readonly [title: string, begun: Operation[], base: string, local: string, agreed: string][] = [
  ['a new file that is there', [put('a', '1')], '', 'a=1', 'a=1'],
  ['a new file that is not there', [put('a', '1')], '', '', ''],
  ['a new file where a person has written something else', [put('a', '1')], '', 'a=2', ''],
  ['a file that was replaced', [put('a', '2')], 'a=1', 'a=2', 'a=2'],
  ['a file that was not replaced', [put('a', '2')], 'a=1', 'a=1', 'a=1'],
  ['a folder that was made', [folder('d')], '', 'd/', 'd/'],
  ['a file that was deleted', [remove('a')], 'a=1 b=1', 'b=1', 'b=1'],
  ['a file that was not deleted', [remove('a')], 'a=1', 'a=1', 'a=1'],
  ['a file below what cannot be read', [remove('hidden')], 'hidden=1', '', 'hidden=1'],
  ['a file that was moved', [rename('a', 'b')], 'a=1', 'b=1', 'b=1'],
  ['a file that was not moved', [rename('a', 'b')], 'a=1', 'a=1', 'a=1'],
  ['a file that has both names', [rename('a', 'b')], 'a=1', 'a=1 b=1', 'a=1 b=1'],
  ['a folder that was moved', [rename('d', 'e')], 'd/a=1', 'e/a=1', 'e/a=1'],
  ['a folder in which somebody wrote after it was moved', [rename('d', 'e')], 'd/a=1', 'e/a=2', 'd/a=1'],
  ['one after the other', [rename('d', 'e'), put('e/b', '2')], 'd/a=1', 'e/a=1 e/b=2', 'd/a=1 e/b=2'],
];

for (const [title, begun, base, local, agreed] of CASES)
  test(`of what a death interrupted, as the folder shows it: ${title}`, () => {
    const settled = settleInterrupted(treeOf(base), treeOf(local), begun, (path) => path === 'hidden');
    assert.equal(show(settled.base), agreed);
  });
