import type * as v from 'valibot';
import { type ComputeValue, sortParams, sortResult } from '../../protocol/messages/compute.ts';
import type { ReportFraction, ValueOperation } from '../operation.ts';
import { compareDecimals, type Decimal, decimalKey, parseDecimal } from './decimal.ts';
import { offender } from './offender.ts';
import { sortNumbers as sortInPlace } from './sortNumbers.ts';
import { type Compare, compareCodepoints, compareLocale, compareNatural } from './textOrder.ts';

type Params = v.InferOutput<typeof sortParams>;
type Result = v.InferOutput<typeof sortResult>;

/** Sorts numbers or texts; see `compute/sort` for the collations. Negative zero is 0. */
export const sort: ValueOperation<Params, Result> = {
  name: 'sort',
  summary: 'Sorts numbers by value, or texts by code point, naturally, as a dictionary does or by the number each is.',
  params: sortParams,
  result: sortResult,

  quick: ({ values }) => values.length <= 1_000 && values.every(isShort),

  run({ values, order, collation, unique = false }, report) {
    const descending = order === 'descending';
    const numbers = typeof values[0] === 'number';
    for (let index = 0; index < values.length; index++) checkValue(values[index], index, numbers);
    report(0.1);
    if (numbers) return { result: sortNumbers(values as readonly number[], descending, unique) };
    const texts = values as readonly string[];
    if (collation === 'numeric') return { result: sortByNumber(texts, descending, unique, report) };
    return { result: sortTexts(texts, comparatorOf(collation ?? 'codepoint'), descending, unique) };
  },
};

function checkValue(value: unknown, index: number, numbers: boolean): void {
  if (typeof value !== 'number' && typeof value !== 'string')
    throw offender(value, index, 'is neither number nor text');
  if (typeof value === 'number' && !Number.isFinite(value)) throw offender(value, index, 'is not a finite number');
  if (numbers !== (typeof value === 'number')) {
    throw offender(
      value,
      index,
      numbers ? 'is a text, but the first value is a number' : 'is a number, but the first value is a text',
    );
  }
}

function sortNumbers(values: readonly number[], descending: boolean, unique: boolean): number[] {
  // Equal numbers cannot be told apart, so turning the list round keeps it stable.
  const sorted = Float64Array.from(values);
  sortInPlace(sorted, descending);
  return Array.from(unique ? sorted.filter((value, index) => index === 0 || value !== sorted[index - 1]) : sorted);
}

function sortTexts(values: readonly string[], compare: Compare, descending: boolean, unique: boolean): string[] {
  const list = unique ? [...new Set(values)] : [...values];
  return list.sort(descending ? (a, b) => compare(b, a) : compare);
}

function sortByNumber(
  values: readonly string[],
  descending: boolean,
  unique: boolean,
  report: ReportFraction,
): string[] {
  let rows = values.map((text, index): { text: string; number: Decimal } => {
    const number = parseDecimal(text);
    if (!number) throw offender(text, index, 'is not a number, and they are to be sorted by number');
    return { text, number };
  });
  report(0.3);
  if (unique) {
    const seen = new Set<string>();
    rows = rows.filter(({ number }) => seen.size !== seen.add(decimalKey(number)).size);
  }
  rows.sort(descending ? (a, b) => compareDecimals(b.number, a.number) : (a, b) => compareDecimals(a.number, b.number));
  return rows.map((row) => row.text);
}

function comparatorOf(collation: 'codepoint' | 'natural' | 'locale'): Compare {
  switch (collation) {
    case 'codepoint':
      return compareCodepoints;
    case 'natural':
      return compareNatural;
    case 'locale':
      return compareLocale;
  }
}

const isShort = (value: ComputeValue): boolean => typeof value !== 'string' || value.length <= 200;
