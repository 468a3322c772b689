import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortValues } from '../../extension/cli/sortValues.ts';

test('what looks like numbers is sorted as numbers', () => {
  assert.deepEqual(sortValues(['10', '-9', '2.5'], {}), { values: [10, -9, 2.5] });
});

test('numbers that a double would change keep their digits', () => {
  const values = ['9007199254740993', '1.50', '1e3'];
  assert.deepEqual(sortValues(values, {}), { values, collation: 'numeric' });
});

test('a text among numbers is left for the server to refuse', () => {
  assert.deepEqual(sortValues(['3', 'apple', '1'], {}), { values: [3, 'apple', 1] });
});

test('texts stay texts where they are meant to be', () => {
  assert.deepEqual(sortValues(['b', 'a'], {}), { values: ['b', 'a'] });
  assert.deepEqual(sortValues(['10', '9'], { text: true }), { values: ['10', '9'] });
  assert.deepEqual(sortValues(['f10', '9'], { collation: 'natural' }), { values: ['f10', '9'], collation: 'natural' });
  assert.deepEqual(sortValues([], {}), { values: [] });
});
