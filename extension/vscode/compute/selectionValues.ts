import { isNumber } from './parseValues.ts';

/** What is selected in an editor, taken apart so that it can be put together again in another order. */
export interface SelectionValues {
  readonly values: readonly string[];
  /** Whether all of them are numbers. */
  readonly numeric: boolean;
  /** The text that stands for these values in the place of the selection. */
  join(values: readonly string[]): string;
}

/**
 * Lines where there are several, else what stands between commas or semicolons, else what stands between blanks. Every value
 * stays as it is written: `007` and `1.50` do not become other texts by being sorted. Blank lines among numbers are left out.
 */
export function selectionValues(text: string): SelectionValues {
  const [, before = '', body = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  if (/[\r\n]/.test(body)) return lines(text);
  const separator = /\s*[,;]\s*/.exec(body)?.[0] ?? /\s+/.exec(body)?.[0] ?? ' ';
  const values = body.split(/[,;]/.test(separator) ? /[,;]/ : /\s+/).map((part) => part.trim());
  const kept = values.filter((part) => part !== '');
  return of(kept, (sorted) => `${before}${sorted.join(separator)}${after}`);
}

function lines(text: string): SelectionValues {
  const end = /(\r\n|\n|\r)$/.exec(text)?.[0] ?? '';
  const all = text.slice(0, text.length - end.length).split(/\r\n|\n|\r/);
  const filled = all.map((line) => line.trim()).filter((line) => line !== '');
  const values = filled.every(isNumber) ? filled : all;
  return of(values, (sorted) => sorted.join('\n') + end);
}

/** Several selections with one value each: they keep their places and change their values. */
export function valuesOfMany(texts: readonly string[]): readonly string[] | undefined {
  const values = texts.map((text) => text.trim());
  return values.some((value) => value === '' || /[\r\n]/.test(value)) ? undefined : values;
}

export const allNumbers = (values: readonly string[]): boolean => values.every(isNumber);

const of = (values: readonly string[], join: SelectionValues['join']): SelectionValues => ({
  values,
  numeric: allNumbers(values),
  join,
});
