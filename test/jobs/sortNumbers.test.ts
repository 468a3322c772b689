import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sortNumbers } from '../../server/jobs/operations/sortNumbers.ts';
import { radixSort } from '../../server/jobs/operations/radixSort.ts';
import { isSynclineError } from '../support/errors.ts';

const EDGES = [
  0,
  -0,
  1,
  -1,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  1e-300,
];
const number = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
);
const numbers = fc.array(number, { maxLength: 300, size: 'max' });

/** What a person means by sorting numbers. */
const plainly = (values: readonly number[], descending: boolean): number[] =>
  values.map((value) => value + 0).sort((a, b) => (descending ? b - a || 0 : a - b || 0));

test('numbers are sorted by value in both orders, and negative zero is zero', () => {
  const property = fc.property(numbers, fc.boolean(), (values, descending) => {
    const sorted = Float64Array.from(values);
    sortNumbers(sorted, descending);
    assert.deepEqual([...sorted], plainly(values, descending));
    assert.ok(sorted.every((value) => !Object.is(value, -0)));
  });
  fc.assert(property, { numRuns: 500 });
});

test('by radix, doubles come in the order of the standard, also in a part of a buffer', () => {
  const all = fc.oneof(number, fc.constantFrom(Infinity, -Infinity));
  const property = fc.property(fc.array(all, { maxLength: 100 }), (values) => {
    const around = Float64Array.from([7, ...values, 7]);
    radixSort(around.subarray(1, -1));
    assert.deepEqual([...around], [7, ...Float64Array.from(values).sort(), 7]);
  });
  fc.assert(property, { numRuns: 500 });
});

test('many numbers, of a few values and of many', () => {
  for (const spread of [3, 100_000, 1e300]) {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i * 12.9898) * spread);
    const sorted = values.slice();
    sortNumbers(sorted, false);
    assert.deepEqual(sorted, values.map((value) => value + 0).sort());
  }
});

test('NaN and infinity are refused by their position, and nothing is moved', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    const values = Float64Array.of(3, 1, bad, 2);
    assert.throws(
      () => sortNumbers(values, false),
      isSynclineError('InvalidParams', { data: { index: 2, field: 'values' } }),
    );
    assert.deepEqual([...values], [3, 1, bad, 2]);
  }
});
