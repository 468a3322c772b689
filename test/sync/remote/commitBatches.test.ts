import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentId } from '../../../server/protocol/contentId.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { commitBatches } from '../../../extension/sync/remote/commitBatches.ts';
import { file } from '../../support/treeNotation.ts';

const limits = { operations: 4, contents: 3 };
const put = (path: string, text: string, size = text.length): Operation => ({
  kind: 'put',
  path: parseWirePath(path),
  entry: { ...file(text), size },
  expect: null,
});
const make = (path: string): Operation => ({ kind: 'makeDirectory', path: parseWirePath(path) });

const shown = (operations: Operation[]): string =>
  commitBatches(operations, limits)
    .map(
      ({ operations: all, contents, bytes }) => `${all.length} operations, ${contents.length} contents, ${bytes} bytes`,
    )
    .join('; ');

test('keeps to the limits of operations and contents', () => {
  assert.equal(
    shown([make('a'), make('b'), make('c'), make('d'), make('e')]),
    '4 operations, 0 contents, 0 bytes; 1 operations, 0 contents, 0 bytes',
  );
  assert.equal(
    shown([put('a', '1'), put('b', '2'), put('c', '3'), put('d', '4')]),
    '3 operations, 3 contents, 3 bytes; 1 operations, 1 contents, 1 bytes',
  );
});

test('closes a batch before it becomes too large, and sends a huge file by itself', () => {
  const mebi = 1024 * 1024;
  assert.equal(
    shown([put('a', '1', 20 * mebi), put('b', '2', 20 * mebi), put('c', '3', 100 * mebi), put('d', '4', 1)]),
    `1 operations, 1 contents, ${20 * mebi} bytes; 1 operations, 1 contents, ${20 * mebi} bytes; ` +
      `1 operations, 1 contents, ${100 * mebi} bytes; 1 operations, 1 contents, 1 bytes`,
  );
});

test('asks for each content once, and for none that is empty or there already', () => {
  const mode: Operation = { kind: 'put', path: parseWirePath('m'), entry: file('5', true), expect: file('5') };
  assert.equal(shown([put('a', '1'), put('b', '1'), put('c', ''), mode]), '4 operations, 1 contents, 1 bytes');
});

test('keeps the order of the operations', () => {
  const operations = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => put(name, name as ContentId));
  assert.deepEqual(
    commitBatches(operations, limits).flatMap((batch) => batch.operations),
    operations,
  );
});
