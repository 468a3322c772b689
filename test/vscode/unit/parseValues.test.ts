import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNumbers, parseSortable, sortParams, splitValues } from '../../../extension/vscode/compute/parseValues.ts';

test('values are separated by lines, else by commas, else by blanks', () => {
  assert.deepEqual(splitValues('3 1  2'), ['3', '1', '2']);
  assert.deepEqual(splitValues('3, 1;2'), ['3', '1', '2']);
  assert.deepEqual(splitValues('new york\r\nparis, texas\n'), ['new york', 'paris, texas']);
});

test('numbers keep their value, and huge integers all their digits', () => {
  assert.deepEqual(parseNumbers('1 -2.5 1e3 .5 +4 9007199254740993'), {
    kind: 'values',
    values: [1, -2.5, 1000, 0.5, 4, '9007199254740993'],
  });
});

test('a whole number may have any count of digits', () => {
  const huge = '9'.repeat(400);
  assert.deepEqual(parseNumbers(`${huge} 1`), { kind: 'values', values: [huge, 1] });
});

test('text where a number belongs is refused with its position', () => {
  for (const [text, index, value] of [
    ['1 two 3', 1, 'two'],
    ['x', 0, 'x'],
    ['1, 2, NaN', 2, 'NaN'],
    ['1e999', 0, '1e999'],
    ['0x10', 0, '0x10'],
  ] as const) {
    assert.deepEqual(parseNumbers(text), {
      kind: 'fault',
      index,
      message: `Value ${index + 1} (“${value}”) is not a number.`,
    });
  }
  assert.equal(parseNumbers(' ').kind, 'fault');
});

test('numbers and texts are not sorted together', () => {
  assert.deepEqual(parseSortable('b a'), { kind: 'values', values: ['b', 'a'] });
  assert.deepEqual(parseSortable('2 10'), { kind: 'values', values: [2, 10] });
  const mixed = parseSortable('2 b 1');
  assert.equal(mixed.kind === 'fault' && mixed.index, 1);
});

test('one huge integer makes all values travel as texts, sorted by their number', () => {
  const parsed = parseSortable('10 9007199254740993');
  assert.deepEqual(parsed, { kind: 'values', values: ['10', '9007199254740993'] });
  assert.equal(parsed.kind === 'values' && sortParams(parsed.values).collation, 'numeric');
  assert.deepEqual(sortParams([2, 1]), { values: [2, 1] });
  assert.equal(sortParams(['file10', 'file2']).collation, 'natural');
});
