import * as l10n from '@vscode/l10n';
/** Numbers as the wire takes them: integers beyond what a double holds exactly travel as their digits. */
export type Value = number | string;

export type ParsedValues =
  | { readonly kind: 'values'; readonly values: readonly Value[] }
  | { readonly kind: 'fault'; readonly index: number; readonly message: string };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INTEGER = /^[+-]?\d+$/;

/** For sums: every value must be a number. */
export function parseNumbers(text: string): ParsedValues {
  const parts = splitValues(text);
  if (parts.length === 0) return fault(0, l10n.t('Enter at least one number.'));
  const offender = parts.findIndex((part) => !isNumber(part));
  if (offender >= 0) return fault(offender, l10n.t('{0} is not a number.', describe(parts, offender)));
  return { kind: 'values', values: parts.map(toNumber) };
}

/** For sorting: all numbers, or all texts. */
export function parseSortable(text: string): ParsedValues {
  const parts = splitValues(text);
  if (parts.length === 0) return fault(0, l10n.t('Enter at least one value.'));
  const numeric = parts.map(isNumber);
  if (!numeric.includes(true)) return { kind: 'values', values: parts };
  const offender = numeric.indexOf(false);
  if (offender >= 0)
    return fault(offender, l10n.t('{0} is not a number; sort numbers or texts, not both.', describe(parts, offender)));
  const values = parts.map(toNumber);
  // The wire sorts numbers as numbers and texts as texts, so one huge integer decides for all of them.
  return { kind: 'values', values: values.some((value) => typeof value === 'string') ? parts : values };
}

/** Parameters that sort values as people read them: huge integers, which travel as texts, by the number each of them is. */
export function sortParams(values: readonly Value[]): {
  readonly values: readonly Value[];
  readonly collation?: 'numeric' | 'natural';
} {
  if (values.every((value) => typeof value === 'number')) return { values };
  return { values, collation: values.every((value) => isNumber(String(value))) ? 'numeric' : 'natural' };
}

/** Lines when there are several, else what stands between commas, else what stands between blanks. */
export function splitValues(text: string): string[] {
  const separator = /[\r\n]/.test(text.trim()) ? /\r?\n|\r/ : /[,;]/.test(text) ? /[,;]/ : /\s+/;
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export const valuesText = (values: readonly Value[], separator = ' '): string => values.map(String).join(separator);

export const isNumber = (text: string): boolean =>
  INTEGER.test(text) || (NUMBER.test(text) && Number.isFinite(Number(text)));

function toNumber(text: string): Value {
  const number = Number(text);
  if (INTEGER.test(text) && !Number.isSafeInteger(number)) return text.replace(/^\+/, '');
  return number;
}

function describe(parts: readonly string[], index: number): string {
  const part = parts[index] ?? '';
  return l10n.t('Value {0} (“{1}”)', index + 1, part.length > 40 ? `${part.slice(0, 40)}…` : part);
}

const fault = (index: number, message: string): ParsedValues => ({ kind: 'fault', index, message });
