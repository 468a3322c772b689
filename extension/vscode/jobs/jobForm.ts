import * as l10n from '@vscode/l10n';
import type { Field } from '../../../server/protocol/messages/jobs.ts';
import { type ParsedValues, parseNumbers, parseSortable, sortParams, valuesText } from '../compute/parseValues.ts';
import { pathMessage } from '../files/fileUri.ts';
import { countText } from '../files/sizeText.ts';

/** The parameters of an operation as far as they have been filled in. */
export type FormValues = Readonly<Record<string, unknown>>;

/** What a typed text stands for, or what is wrong with it. */
export type Typed = { readonly value: unknown } | { readonly fault: string };

/** `sort-file` → `Sort-file`; `header` → `Header`. */
export const fieldLabel = ({ name }: Field): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

/** A value as one reads it in a form. */
export function valueText({ kind }: Field, value: unknown): string {
  if (value === undefined) return 'default';
  if (Array.isArray(value)) return value.length <= 8 ? valuesText(value, ', ') : countText(value.length, 'value');
  if (kind === 'switch') return value === true ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as one types it: a list with commas where that is read as the same list, else as JSON. */
export function typedText(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
  const text = valuesText(value, ', ');
  const read = text.startsWith('[') ? undefined : parseSortable(text);
  const same = read?.kind === 'values' && JSON.stringify(read.values) === JSON.stringify(value);
  return same ? text : JSON.stringify(value);
}

/** Lists of values may also be written as JSON, for what cannot be told apart by commas. */
export function readTyped(field: Field, text: string): Typed {
  switch (field.kind) {
    case 'numbers':
      return listOf(parseNumbers, text);
    case 'values':
      return listOf(parseSortable, text);
    case 'path': {
      const fault = pathMessage(text);
      return fault === undefined ? { value: text } : { fault };
    }
    case 'integer': {
      const value = Number(text);
      if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) return { fault: l10n.t('Enter a whole number.') };
      return inBounds(field, value) ? { value } : { fault: l10n.t('Enter a number {0}.', rangeText(field)) };
    }
    case 'text':
      return inBounds(field, text.length)
        ? { value: text }
        : { fault: l10n.t('Enter a text of {0} characters.', rangeText(field)) };
    case 'choice':
    case 'share':
    case 'switch':
      return { value: text };
  }
}

/** The required fields that nobody has filled in yet. */
export const openFields = (fields: readonly Field[], values: FormValues): Field[] =>
  fields.filter(({ name, required }) => required && values[name] === undefined);

/** What follows from a value for a field that is still open: texts are compared as people read them. */
export function withValue(
  fields: readonly Field[],
  values: FormValues,
  { name, kind }: Field,
  value: unknown,
): FormValues {
  const next = { ...values, [name]: value };
  const collation = fields.find((field) => field.name === 'collation');
  if (kind !== 'values' || !collation || next['collation'] !== undefined || !Array.isArray(value)) return next;
  const { collation: suggested } = sortParams(value as readonly (number | string)[]);
  return suggested === undefined ? next : { ...next, collation: suggested };
}

function listOf(parse: (text: string) => ParsedValues, text: string): Typed {
  if (text.startsWith('[')) return jsonList(text);
  const parsed = parse(text);
  return parsed.kind === 'fault' ? { fault: parsed.message } : { value: parsed.values };
}

function jsonList(text: string): Typed {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch (error) {
    return { fault: l10n.t('This is no JSON: {0}', error instanceof Error ? error.message : String(error)) };
  }
}

const inBounds = ({ least = -Infinity, most = Infinity }: Field, value: number): boolean =>
  value >= least && value <= most;

function rangeText({ least, most }: Field): string {
  if (least === undefined) return l10n.t('up to {0}', `${most}`);
  return most === undefined ? l10n.t('from {0}', least) : l10n.t('from {0} to {1}', least, most);
}
