import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { add } from '../../server/jobs/operations/add.ts';
import { isSynclineError } from '../support/errors.ts';

const sumOf = (...values: unknown[]): unknown => add.run({ values: values as number[] }, () => {}).result;

test('adds whole numbers of any size exactly, as a number while that is exact and as digits beyond', () => {
  assert.equal(sumOf(), 0);
  assert.equal(sumOf(40, 2), 42);
  assert.equal(sumOf('40', '2'), 42);
  assert.equal(sumOf('+40', 2), 42);
  assert.equal(sumOf(9007199254740991, 1), '9007199254740992');
  assert.equal(sumOf('9007199254740993', 0), '9007199254740993');
  assert.equal(sumOf('123456789012345678901234567890', '-123456789012345678901234567889'), 1);
  assert.equal(sumOf(1e300, '-1', -1e300), -1);
  assert.equal(sumOf('9'.repeat(400), 1), `1${'0'.repeat(400)}`);
});

test('rounds a sum with fractions once, at the end', () => {
  assert.equal(sumOf(0.1, 0.2), 0.30000000000000004);
  assert.equal(sumOf(...Array<number>(10).fill(0.1)), 1);
  assert.equal(sumOf(1e308, 0.5, -1e308), 0.5);
  assert.equal(sumOf(1, 1e-16, 1e-16), 1.0000000000000002);
  assert.equal(sumOf(1e16, 1.5), 10000000000000002);
  assert.equal(sumOf('123456789012345678901234567890', 0.5), 1.2345678901234568e29);
  assert.equal(sumOf(5e-324, 5e-324, 0.5, -0.5), 1e-323);
  assert.equal(sumOf(0.5, 0.5), 1);
});

test('takes a decimal text for the double nearest to it', () => {
  assert.equal(sumOf('0.1', '0.2'), 0.30000000000000004);
  assert.equal(sumOf('1e3', '.5', '2.'), 1002.5);
  assert.equal(sumOf('1E-3'), 0.001);
});

test('knows no negative zero', () => {
  assert.ok(Object.is(sumOf(-0), 0));
  assert.ok(Object.is(sumOf(-0.5, 0.5), 0));
  assert.ok(Object.is(sumOf('-0'), 0));
});

test('names the value that is no number, and its position', () => {
  const refused: [unknown[], number, string][] = [
    [[1, 'two', 3], 1, '“two” at position 2 is not a number.'],
    [[1, 2, ''], 2, 'The empty text at position 3 is not a number.'],
    [[Number.NaN], 0, 'NaN at position 1 is not a number.'],
    [[1, null], 1, 'Nothing (null) at position 2 is not a number.'],
    [[true], 0, 'true at position 1 is not a number.'],
    [[[1]], 0, 'A list at position 1 is not a number.'],
    [[{}], 0, 'An object at position 1 is not a number.'],
    [[0, Number.POSITIVE_INFINITY], 1, 'Infinity at position 2 is not a finite number.'],
    [['1e999'], 0, '“1e999” at position 1 is not a finite number.'],
    [['0x10'], 0, '“0x10” at position 1 is not a number.'],
    [['1_000'], 0, '“1_000” at position 1 is not a number.'],
    [['Infinity'], 0, '“Infinity” at position 1 is not a number.'],
    [[' 1'], 0, '“ 1” at position 1 is not a number.'],
    [['a\u202eb'], 0, '“a\\u202eb” at position 1 is not a number.'],
  ];
  for (const [values, index, message] of refused) {
    assert.throws(
      () => sumOf(...values),
      isSynclineError('InvalidParams', { message, data: { index, field: 'values' } }),
    );
  }
});

test('says so when a sum with fractions is beyond all doubles', () => {
  assert.throws(() => sumOf(1.7e308, 1.7e308, 0.5), isSynclineError('InvalidParams'));
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const wholeText = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }).map(String);

test('is the exact sum for whole numbers, whatever they are and in whatever order', () => {
  const whole = fc.oneof(wholeText, fc.maxSafeInteger(), finite.filter(Number.isInteger));
  fc.assert(
    fc.property(fc.array(whole, { maxLength: 50 }), (values) => {
      const exact = values.reduce((total, value) => total + BigInt(value), 0n);
      assert.equal(BigInt(sumOf(...values) as string | number), exact);
    }),
  );
});

test('is the double nearest to the exact sum of any numbers, ties to even', () => {
  const values = fc.oneof(
    finite,
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1e-300, max: 1e-300, noNaN: true }),
    wholeText,
  );
  fc.assert(
    fc.property(
      fc.array(values, { maxLength: 30 }),
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      (list, fraction) => {
        const exact = [...list, fraction].reduce((total, value) => total + unitsOf(value), 0n);
        if (!Number.isFinite(nearest(exact))) return;
        assert.equal(sumOf(...list, fraction), nearest(exact));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('stays exact beyond the number of values that fit between two carries', () => {
  const count = 2 ** 20 + 10;
  const values = Array<number>(count).fill(0.1);
  assert.equal(add.run({ values }, () => {}).result, nearest(unitsOf(0.1) * BigInt(count)));
});

/** Independent of the code under test: the value in units of 2^-1074, found by doubling until it is whole. */
function unitsOf(value: number | string): bigint {
  if (typeof value === 'string') return BigInt(value) << 1074n;
  let doubled = value;
  let times = 0;
  while (!Number.isInteger(doubled)) {
    doubled *= 2;
    times++;
  }
  return BigInt(doubled) << BigInt(1074 - times);
}

/** Independent of the code under test: found by bisection among all doubles, which are ordered like their bits. */
function nearest(units: bigint): number {
  const magnitude = units < 0n ? -units : units;
  if (magnitude >= unitsOf(Number.MAX_VALUE) + (1n << (970n + 1074n))) return units < 0n ? -Infinity : Infinity;
  let low = 0n;
  let high = 0x7fefffffffffffffn;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (unitsOf(doubleOf(middle)) <= magnitude) low = middle;
    else high = middle - 1n;
  }
  const below = magnitude - unitsOf(doubleOf(low));
  const gap = low === 0x7fefffffffffffffn ? 1n << (971n + 1074n) : unitsOf(doubleOf(low + 1n)) - unitsOf(doubleOf(low));
  const up = below * 2n > gap || (below * 2n === gap && low % 2n === 1n);
  const result = doubleOf(up ? low + 1n : low);
  return units < 0n ? -result : result;
}

const doubleOf = (bits: bigint): number => new Float64Array(BigUint64Array.of(bits).buffer)[0] as number;
