import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectionValues, valuesOfMany } from '../../../extension/vscode/compute/selectionValues.ts';

/** What a selection becomes when its values are put in the opposite order. */
const reversed = (text: string): string => {
  const { values, join } = selectionValues(text);
  return join(values.toReversed());
};

test('values go back in the way they were written', () => {
  assert.equal(reversed('1\n2\n3\n'), '3\n2\n1\n');
  assert.equal(reversed('1\r\n2\r\n'), '2\n1\r\n', 'the editor gives its own line ends to the lines');
  assert.equal(reversed('b\n  a'), '  a\nb');
  assert.equal(reversed('1, 2, 3'), '3, 2, 1');
  assert.equal(reversed(' 1;2 '), ' 2;1 ');
  assert.equal(reversed('1  2  3'), '3  2  1');
});

test('numbers are told from texts, and keep their digits', () => {
  assert.deepEqual(
    ['007\n1.50\n', '1, 2', '3\nx'].map((text) => selectionValues(text).numeric),
    [true, true, false],
  );
  assert.deepEqual(selectionValues('007\n1.50\n').values, ['007', '1.50']);
});

test('blank lines among numbers go, those among texts stay', () => {
  assert.deepEqual(selectionValues('2\n\n1\n').values, ['2', '1']);
  assert.deepEqual(selectionValues('b\n\na\n').values, ['b', '', 'a']);
});

test('several selections are one value each, or nothing that could be sorted', () => {
  assert.deepEqual(valuesOfMany([' 3', '1 ']), ['3', '1']);
  assert.equal(valuesOfMany(['3', ' ']), undefined);
  assert.equal(valuesOfMany(['3\n4', '1']), undefined);
});
