import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sort } from '../../server/jobs/operations/sort.ts';
import { isSynclineError } from '../support/errors.ts';

type Options = Omit<Parameters<typeof sort.run>[0], 'values'>;
const sorted = (values: unknown[], options: Options = {}): unknown =>
  sort.run({ values: values as string[], ...options }, () => {}).result;

test('sorts numbers by value, never as texts', () => {
  assert.deepEqual(sorted([10, 9, -1, 2.5, 1e300, -1e300]), [-1e300, -1, 2.5, 9, 10, 1e300]);
  assert.deepEqual(sorted([10, 9, 100], { order: 'descending' }), [100, 10, 9]);
  assert.deepEqual(sorted([3, 1, 3, 2, 1], { unique: true }), [1, 2, 3]);
  assert.deepEqual(sorted([]), []);
});

test('knows no negative zero', () => {
  assert.deepEqual(sorted([0, -0, -1]), [-1, 0, 0]);
  assert.deepEqual(sorted([0, -0], { unique: true }), [0]);
});

test('sorts texts in the order that was asked for', () => {
  const files = ['file10', 'File1', 'file2', 'file02', 'été', 'zoo', 'file1'];
  const table: [Options['collation'], string][] = [
    [undefined, 'File1 file02 file1 file10 file2 zoo été'],
    ['codepoint', 'File1 file02 file1 file10 file2 zoo été'],
    ['natural', 'File1 file1 file02 file2 file10 zoo été'],
    ['locale', 'été file02 file1 File1 file10 file2 zoo'],
  ];
  for (const [collation, expected] of table) {
    assert.deepEqual(sorted(files, collation && { collation }), expected.split(' '), collation);
  }
});

test('goes by code point, not by UTF-16 unit', () => {
  assert.deepEqual(sorted(['\u{1f600}', '\uff01', 'a']), ['a', '\uff01', '\u{1f600}']);
});

test('sorts texts by the number each of them is, exactly, and keeps how they were written', () => {
  const texts = ['1e2', '99.99', '-3', '+7', '007', '9007199254740993', '9007199254740992', '.5', '-1e-400', '0'];
  assert.deepEqual(
    sorted(texts, { collation: 'numeric' }),
    '-3 -1e-400 0 .5 +7 007 99.99 1e2 9007199254740992 9007199254740993'.split(' '),
  );
});

test('is stable in both orders', () => {
  assert.deepEqual(sorted(['2', '1.0', '1', '01'], { collation: 'numeric' }), ['1.0', '1', '01', '2']);
  assert.deepEqual(sorted(['2', '1.0', '1', '01'], { collation: 'numeric', order: 'descending' }), [
    '2',
    '1.0',
    '1',
    '01',
  ]);
});

test('keeps the first of those that are the same', () => {
  assert.deepEqual(sorted(['b', 'a', 'b', 'A'], { unique: true }), ['A', 'a', 'b']);
  assert.deepEqual(sorted(['1.0', '2', '1', '20e-1'], { unique: true, collation: 'numeric' }), ['1.0', '2']);
  assert.deepEqual(sorted(['a2', 'a02', 'a2'], { unique: true, collation: 'natural' }), ['a02', 'a2']);
});

test('names the value that has no place among the others, and its position', () => {
  const refused: [unknown[], Options, number, string][] = [
    [[1, 2, 'x'], {}, 2, '“x” at position 3 is a text, but the first value is a number.'],
    [['x', 1], {}, 1, '1 at position 2 is a number, but the first value is a text.'],
    [[1, Number.NaN], {}, 1, 'NaN at position 2 is not a finite number.'],
    [[-Infinity], {}, 0, '-Infinity at position 1 is not a finite number.'],
    [[1, null], {}, 1, 'Nothing (null) at position 2 is neither number nor text.'],
    [[null], {}, 0, 'Nothing (null) at position 1 is neither number nor text.'],
    [
      ['1', 'one'],
      { collation: 'numeric' },
      1,
      '“one” at position 2 is not a number, and they are to be sorted by number.',
    ],
  ];
  for (const [values, options, index, message] of refused) {
    assert.throws(
      () => sorted(values, options),
      isSynclineError('InvalidParams', { message, data: { index, field: 'values' } }),
    );
  }
});

test('agrees with a plain comparison of numbers and of code points', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (values) => {
      const expected = values.map((value) => value + 0).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      assert.deepEqual(sorted(values), expected);
    }),
  );
  const codepoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) as number);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
      const expected = values.toSorted((a, b) => {
        const [left, right] = [codepoints(a), codepoints(b)];
        const at = left.findIndex((each, index) => each !== right[index]);
        return at < 0 ? left.length - right.length : (left[at] as number) - (right[at] ?? -1);
      });
      assert.deepEqual(sorted(values), expected);
    }),
  );
});

test('descending is ascending of the reversed list, reversed: the same for every collation', () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('a1', 'a01', 'a10', 'A1', 'á1', '1', '1.0', '01')));
  for (const collation of ['codepoint', 'natural', 'locale'] as const) {
    fc.assert(
      fc.property(texts, (values) => {
        const turned = sorted(values.toReversed(), { collation }) as string[];
        assert.deepEqual(sorted(values, { collation, order: 'descending' }), turned.toReversed());
      }),
    );
  }
});
