import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { ShareFolder } from '../../../extension/sync/remote/shareFolder.ts';
import { file } from '../../support/treeNotation.ts';

const p = parseWirePath;
const put = (path: string): Change => ({ kind: 'put', rev: 1, path: p(path), entry: file('1') });
const make = (path: string): Change => ({ kind: 'put', rev: 1, path: p(path), entry: DIRECTORY });
const remove = (path: string): Change => ({ kind: 'delete', rev: 1, path: p(path) });
const rename = (from: string, to: string): Change => ({ kind: 'rename', rev: 1, from: p(from), to: p(to) });

const CASES: [string, Change, Change | null | 'unknown'][] = [
  ['a file in the folder', put('d/e/a'), put('a')],
  ['a file beside the folder', put('d/x'), null],
  ['a file in a folder with a similar name', put('d/e2/a'), null],
  ['the folder being made', make('d/e'), null],
  ['the folder becoming a file', put('d/e'), 'unknown'],
  ['a deletion in the folder', remove('d/e/x/y'), remove('x/y')],
  ['the deletion of the folder', remove('d/e'), 'unknown'],
  ['the deletion of a folder above', remove('d'), 'unknown'],
  ['a move within the folder', rename('d/e/a', 'd/e/b'), rename('a', 'b')],
  ['a move out of the folder', rename('d/e/a', 'x'), remove('a')],
  ['a move into the folder', rename('x', 'd/e/a'), 'unknown'],
  ['a move of the folder', rename('d', 'x'), 'unknown'],
  ['a move elsewhere', rename('x', 'y'), null],
];

for (const [title, change, seen] of CASES) {
  test(`sees ${title} as it concerns the folder`, () => {
    assert.deepEqual(new ShareFolder('files', p('d/e')).changeFromShare(change), seen);
  });
}

test('a target of the whole share sees changes and sends operations as they are', () => {
  const whole = new ShareFolder('files', undefined);
  assert.deepEqual(whole.changeFromShare(put('a')), put('a'));
  assert.equal(whole.toShare(p('a/b')), 'a/b');
});

test('operations are sent with their paths in the share', () => {
  const folder = new ShareFolder('files', p('d'));
  assert.deepEqual(
    folder.operationToShare({ kind: 'rename', from: p('a'), to: p('b/c'), expect: DIRECTORY, expectTo: null }),
    { kind: 'rename', from: 'd/a', to: 'd/b/c', expect: DIRECTORY, expectTo: null },
  );
  assert.deepEqual(folder.operationToShare({ kind: 'makeDirectory', path: p('a') }), {
    kind: 'makeDirectory',
    path: 'd/a',
  });
});
