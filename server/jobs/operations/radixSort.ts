/**
 * Sorts doubles by value in place: least significant digit first, in six passes of eleven bits over the bits of the numbers,
 * turned so that their order as whole numbers is that of the values. Passes in which all numbers agree are left out. Negative
 * zero comes before zero; there must be no NaN. Needs as much memory again.
 */
export function radixSort(values: Float64Array): void {
  let from = values;
  let to: Float64Array = new Float64Array(values.length);
  const counts = countDigits(values);
  for (let pass = 0; pass < PASSES; pass++) {
    const next = counts[pass] as Uint32Array;
    if (startsOf(next, values.length) === 'all the same') continue;
    scatter(from, to, next, pass);
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
}

/** Each number is two words, the lower one first: typed arrays are little-endian wherever Node runs. */
const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);

const BITS = 11;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
const PASSES = 6;
const SIGN = 0x8000_0000;

function countDigits(values: Float64Array): Uint32Array[] {
  const words = wordsOf(values);
  const counts = Array.from({ length: PASSES }, () => new Uint32Array(DIGITS));
  const [first, second, third, fourth, fifth, sixth] = counts as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  for (let i = 0; i < words.length; i += 2) {
    const upper = words[i + 1] as number;
    // of negative numbers all bits are turned round, of others the sign alone
    const negative = (upper | 0) >> 31;
    const high = upper ^ (negative | SIGN);
    const low = (words[i] as number) ^ negative;
    (first[low & MASK] as number)++;
    (second[(low >>> 11) & MASK] as number)++;
    (third[((low >>> 22) | (high << 10)) & MASK] as number)++;
    (fourth[(high >>> 1) & MASK] as number)++;
    (fifth[(high >>> 12) & MASK] as number)++;
    (sixth[high >>> 23] as number)++;
  }
  return counts;
}

/** Turns how many numbers have each digit into where the first of them goes. */
function startsOf(counts: Uint32Array, total: number): 'all the same' | 'different' {
  let start = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = counts[digit] as number;
    if (count === total) return 'all the same';
    counts[digit] = start;
    start += count;
  }
  return 'different';
}

function scatter(from: Float64Array, to: Float64Array, next: Uint32Array, pass: number): void {
  const words = wordsOf(from);
  for (let i = 0; i < from.length; i++) {
    const upper = words[2 * i + 1] as number;
    const negative = (upper | 0) >> 31;
    const high = upper ^ (negative | SIGN);
    const low = (words[2 * i] as number) ^ negative;
    const digit = digitOf(low, high, pass);
    const place = next[digit] as number;
    next[digit] = place + 1;
    to[place] = from[i] as number;
  }
}

function digitOf(low: number, high: number, pass: number): number {
  switch (pass) {
    case 0:
      return low & MASK;
    case 1:
      return (low >>> 11) & MASK;
    case 2:
      return ((low >>> 22) | (high << 10)) & MASK;
    case 3:
      return (high >>> 1) & MASK;
    case 4:
      return (high >>> 12) & MASK;
    default:
      return high >>> 23;
  }
}
