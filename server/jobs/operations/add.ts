import type * as v from 'valibot';
import { SynclineError } from '../../protocol/errors.ts';
import { addParams, addResult, type ComputeValue } from '../../protocol/messages/compute.ts';
import type { ReportFraction, ValueOperation } from '../operation.ts';
import { isDecimal, isInteger } from './decimal.ts';
import { ExactSum } from './exactSum.ts';
import { offender } from './offender.ts';

type Params = v.InferOutput<typeof addParams>;
type Result = v.InferOutput<typeof addResult>;

/** So many digits always fit into an exact double. */
const DIGITS_OF_SAFE_INTEGER = 15;
const REPORT_EVERY = 65_536;

/** Adds any count of numbers; see `compute/add` for what counts as one. Negative zero is 0. */
export const add: ValueOperation<Params, Result> = {
  name: 'add',
  summary: 'Adds numbers: whole ones of any size exactly, others with a single rounding at the end.',
  params: addParams,
  result: addResult,

  quick: ({ values }) => values.length <= 2_000 && totalLength(values) <= 16_384,

  run({ values }, report) {
    const small = sumOfSafeIntegers(values);
    if (small !== null) return { result: small };
    const sum = new ExactSum();
    const whole = addAll(sum, values, report);
    if (whole) {
      const total = sum.toInteger();
      return { result: isSafe(total) ? Number(total) : total.toString() };
    }
    const result = sum.toNumber() + 0; // negative zero becomes 0
    if (Number.isFinite(result)) return { result };
    throw new SynclineError('InvalidParams', 'The sum is larger than any floating-point number.');
  },
};

/** The everyday case, at the speed of a plain loop; null when plain additions might round or a value needs a closer look. */
function sumOfSafeIntegers(values: readonly unknown[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (!Number.isSafeInteger(value)) return null;
    sum += value as number;
    if (!Number.isSafeInteger(sum)) return null;
  }
  return sum;
}

/** Adds all to `sum` and tells whether all of them are whole numbers. */
function addAll(sum: ExactSum, values: readonly ComputeValue[], report: ReportFraction): boolean {
  let whole = true;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as unknown;
    if (typeof value === 'string' && value.length > DIGITS_OF_SAFE_INTEGER && isInteger(value)) {
      sum.addInteger(parseInteger(value));
    } else {
      const number = toNumber(value, index);
      whole &&= Number.isInteger(number);
      sum.add(number);
    }
    if (index % REPORT_EVERY === REPORT_EVERY - 1) report(index / values.length);
  }
  return whole;
}

function toNumber(value: unknown, index: number): number {
  if (typeof value !== 'number' && !(typeof value === 'string' && isDecimal(value))) {
    throw offender(value, index, 'is not a number');
  }
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw offender(value, index, Number.isNaN(number) ? 'is not a number' : 'is not a finite number');
}

const parseInteger = (text: string): bigint => (text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text));

const isSafe = (value: bigint): boolean =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);

const totalLength = (values: readonly unknown[]): number =>
  values.reduce<number>((total, value) => total + (typeof value === 'string' ? value.length : 0), 0);
