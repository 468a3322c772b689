import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pointLine, restoreDetail } from '../../../extension/vscode/files/pointText.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { entryOf, path } from '../../support/shareUser.ts';

test('a point in time says what came after it, and names a few of the files', () => {
  const paths = ['a', 'b', 'c', 'd', 'e'].map(path);
  const point = { rev: 9, until: Date.UTC(2026, 10, 25), replaced: 1, deleted: 4, by: ['alice', 'bob'], paths };
  const { description, detail } = pointLine(point);
  assert.equal(description, '4 files deleted, 1 file replaced by alice, bob');
  assert.equal(detail, 'a, b, c and 2 more; revision 9');
});

test('a question says what comes back, what goes, and what is beyond recall', () => {
  const gone: Operation = { kind: 'delete', path: path('new'), expect: entryOf(null) };
  const back: Operation = { kind: 'makeDirectory', path: path('old') };
  const rest = 'What is there now stays in the history.';
  const cases: [Parameters<typeof restoreDetail>[0], string][] = [
    [{ operations: [back], deletions: 0, lost: [] }, '1 entry comes back as it was.'],
    [
      { operations: [back, back, gone], deletions: 1, lost: [path('x')] },
      '2 entries come back as they were. 1 entry that was not there then is deleted. 1 entry cannot be had back and stays as now.',
    ],
    [{ operations: [gone, gone], deletions: 2, lost: [] }, '2 entries that were not there then are deleted.'],
  ];
  for (const [plan, text] of cases) assert.equal(restoreDetail(plan), `${text} ${rest}`);
});
