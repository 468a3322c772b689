import { SynclineError } from '../../protocol/errors.ts';
import { printable } from '../../protocol/wirePath.ts';

/** The refusal of one value of a list: people count from 1, `index` from 0. `fault` ends a sentence about the value. */
export function offender(value: unknown, index: number, fault: string): SynclineError {
  return new SynclineError('InvalidParams', `${describe(value)} at position ${index + 1} ${fault}.`, {
    data: { index, field: 'values' },
  });
}

function describe(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'The empty text' : `“${printable(value)}”`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'Nothing (null)';
  return Array.isArray(value) ? 'A list' : 'An object';
}
