import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchLine } from '../../../extension/vscode/batches/batchText.ts';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

const deleted = (...paths: string[]) => ({
  id: 'one',
  from: 0,
  to: 0,
  isComplete: true,
  steps: paths.map((path) => ({ kind: 'delete' as const, path: parseWirePath(path), expect: DIRECTORY })),
});

test('a batch is told by its first files, and by how many more there are', () => {
  const { description, detail } = batchLine(deleted('src/a.txt', 'src/b.txt'), 'app');
  assert.deepEqual([description, detail], ['2 changes in “app”', 'src/a.txt, src/b.txt']);
  assert.equal(batchLine(deleted('a', 'b', 'c', 'd', 'e'), 'app').detail, 'a, b, c and 2 more');
  assert.match(batchLine({ ...deleted('a'), isComplete: false }, 'app').description, /^more than 1 change /);
});
