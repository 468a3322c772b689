import * as l10n from '@vscode/l10n';
import { sizeText } from './sizeText.ts';

/** Bytes that are shown of a large file at once. */
export const PART_BYTES = 1024 * 1024;

/** Larger files are not opened as a whole: an editor holds all of a file in memory, several times. */
export const MOST_OPENED = 1024 ** 3;

/** Which part of a file begins at a byte: what fits of it. */
export function partFrom(size: number, at: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.min(at, size));
  return { from, to: Math.min(size, from + PART_BYTES) };
}

export const lastPart = (size: number): { readonly from: number; readonly to: number } =>
  partFrom(size, Math.max(0, size - PART_BYTES));

/** Where a person wants to begin: a byte, or a share of the file. Undefined for what is neither. */
export function readOffset(text: string, size: number): number | undefined {
  const [, amount, unit] = /^(\d{1,15}(?:\.\d+)?)\s*(%|[kmgt]?b?)$/i.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  if (unit === '%') return Number(amount) > 100 ? undefined : Math.floor((size * Number(amount)) / 100);
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase().replace('b', ''));
  const at = Math.floor(Number(amount) * 1000 ** power);
  return at <= size ? at : undefined;
}

export const partTitle = (name: string, { from, to }: { readonly from: number; readonly to: number }, size: number) =>
  l10n.t('{0} ({1} to {2} of {3})', name, sizeText(from), sizeText(to), sizeText(size));
