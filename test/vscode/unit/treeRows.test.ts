import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import { parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import { appendPage, type Folder, foldersToRefresh, sortRows } from '../../../extension/vscode/files/treeRows.ts';

const FILE = { kind: 'file', content: EMPTY_CONTENT, size: 0, executable: false } as const;

/** `a/` is a folder, `a` a file. */
const row = (text: string): ListRow => ({
  path: parseWirePath(text.replace(/\/$/, '')),
  entry: text.endsWith('/') ? DIRECTORY : FILE,
  rev: 1,
  modifiedAt: 0,
});
const folder = (...names: string[]): Folder => ({
  rows: names.map(row),
  sorted: sortRows(names.map(row)),
  more: false,
});
const put = (path: string): Change => ({ kind: 'put', rev: 2, path: parseWirePath(path), entry: FILE });

test('rows are sorted as the Explorer sorts: folders first, numbers by value, case aside', () => {
  const sorted = sortRows(['b.txt', 'file10', 'file2', 'Zoo/', 'apple/', 'A.txt'].map(row));
  assert.deepEqual(
    sorted.map(({ path }) => path),
    ['apple', 'Zoo', 'A.txt', 'b.txt', 'file2', 'file10'],
  );
});

test('a page joins what is there without doubling a row', () => {
  const joined = appendPage(folder('a', 'b'), [row('b'), row('c')], true);
  assert.deepEqual([joined.rows.map(({ path }) => path), joined.more], [['a', 'b', 'c'], true]);
  assert.deepEqual(joined.sorted, joined.rows);
});

test('pages that come one after the other are sorted as if they had come at once', () => {
  const names = Array.from(
    { length: 400 },
    (_, at) => `${'bBa'[at % 3]}${(at * 7919) % 1000}${at % 5 === 0 ? '/' : ''}`,
  );
  const rows = names.map(row);
  let read: Folder = folder();
  for (let at = 0; at < rows.length; at += 50) read = appendPage(read, rows.slice(at, at + 50), true);
  assert.deepEqual(read.rows, rows);
  assert.deepEqual(read.sorted, sortRows(rows));
});

test('only folders that a change is seen in are read again', () => {
  const folders = new Map<WirePath | undefined, Folder>([
    [undefined, folder('src/', 'a.txt')],
    [parseWirePath('src'), folder('src/deep/', 'src/main.ts')],
  ]);
  const refreshed = (...changes: Change[]) => [...foldersToRefresh(folders, changes)].map((path) => path ?? '(root)');
  assert.deepEqual(refreshed(put('a.txt')), ['(root)']);
  assert.deepEqual(refreshed(put('src/new.ts')), ['src']);
  assert.deepEqual(refreshed(put('src/deep/er/x')), [], 'nobody looked in there');
  assert.deepEqual(refreshed(put('src/fresh/x')), ['src'], 'a folder came up that is not shown yet');
  assert.deepEqual(refreshed(put('docs/guide/x')), ['(root)']);
  assert.deepEqual(refreshed({ kind: 'delete', rev: 2, path: parseWirePath('src') }), ['src', '(root)']);
  assert.deepEqual(
    refreshed({ kind: 'rename', rev: 2, from: parseWirePath('src/main.ts'), to: parseWirePath('main.ts') }),
    ['src', '(root)'],
  );
});
