import type * as v from 'valibot';
import { SynclineError } from '../../../protocol/errors.ts';
import type { sortFileParams } from '../../../protocol/messages/compute.ts';
import { printable } from '../../../protocol/wirePath.ts';
import { compareDecimals, type Decimal, parseDecimal } from '../decimal.ts';
import { compareLocale, compareNatural } from '../textOrder.ts';
import { decodeLine, encodeLine } from './lineReader.ts';

type Options = Pick<v.InferOutput<typeof sortFileParams>, 'order' | 'collation' | 'column' | 'delimiter'>;

/** A line with what it is sorted by. */
export interface Row {
  readonly line: string;
  readonly key: string | Decimal;
}

export interface LineOrder {
  /** @throws SynclineError `InvalidParams` with `index` when the line at this position (from 0) has no such key. */
  row(line: string, index: number): Row;
  compare(a: Row, b: Row): number;
}

/** How lines are compared. */
export function lineOrder({ order, collation = 'codepoint', column, delimiter = '\t' }: Options): LineOrder {
  const part = column === undefined ? wholeLine : partOf(column, encodeLine(delimiter));
  const ascending = comparators[collation];
  return {
    row: (line, index) => ({ line, key: keyOf[collation](part(line), index) }),
    compare: order === 'descending' ? (a, b) => ascending(b.key, a.key) : (a, b) => ascending(a.key, b.key),
  };
}

type Collation = NonNullable<Options['collation']>;
type Key = Row['key'];

const text = (key: string): Key => decodeLine(key);

const keyOf: Record<Collation, (part: string, index: number) => Key> = {
  codepoint: (part) => part,
  natural: text,
  locale: text,
  numeric(part, index) {
    const number = parseDecimal(part.trim());
    if (number) return number;
    const shown = part.trim() === '' ? 'Nothing' : `“${printable(decodeLine(part.trim().slice(0, 100)))}”`;
    throw new SynclineError('InvalidParams', `${shown} in line ${index + 1} is not a number.`, { data: { index } });
  },
};

const comparators: Record<Collation, (a: Key, b: Key) => number> = {
  codepoint: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  natural: (a, b) => compareNatural(a as string, b as string),
  locale: (a, b) => compareLocale(a as string, b as string),
  numeric: (a, b) => compareDecimals(a as Decimal, b as Decimal),
};

/** A carriage return belongs to the end of the line, not to what it is sorted by. */
const wholeLine = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

function partOf(column: number, delimiter: string): (line: string) => string {
  return (line) => {
    let start = 0;
    for (let skipped = 1; skipped < column; skipped++) {
      const next = line.indexOf(delimiter, start);
      if (next < 0) return '';
      start = next + delimiter.length;
    }
    const end = line.indexOf(delimiter, start);
    return wholeLine(end < 0 ? line.slice(start) : line.slice(start, end));
  };
}
