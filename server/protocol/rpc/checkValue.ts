import * as v from 'valibot';
import { SynclineError } from '../errors.ts';
import type { Schema } from '../messages/message.ts';
import { ILLEGAL_PATH } from '../messages/values.ts';
import { printable, wirePathFault } from '../wirePath.ts';

/**
 * Params off the wire, checked.
 * @throws SynclineError `IllegalPath` for a text that is no wire path, `InvalidParams` for anything else; both name the field.
 */
export function checkParams<T>(schema: Schema<T>, value: unknown): T {
  const checked = v.safeParse(schema, value, { abortEarly: true });
  if (checked.success) return checked.output;
  const issue = checked.issues[0];
  const field = printable(v.getDotPath(issue) ?? '');
  const index = issue.path?.find((part: { key?: unknown }) => typeof part.key === 'number')?.key as number | undefined;
  const data = { field, ...(index !== undefined && { index }) };
  if (issue.message === ILLEGAL_PATH && typeof issue.input === 'string') {
    const sentence = wirePathFault(issue.input) ?? undefined;
    throw new SynclineError('IllegalPath', sentence, { data: { ...data, path: printable(issue.input) } });
  }
  throw new SynclineError('InvalidParams', describe(issue, field), { data });
}

/** An answer off the wire, checked. @throws SynclineError `Internal`: the other side does not keep to the protocol. */
export function checkResult<T>(schema: Schema<T>, value: unknown, method: string): T {
  const checked = v.safeParse(schema, value, { abortEarly: true });
  if (checked.success) return checked.output;
  const issue = checked.issues[0];
  const why = describe(issue, printable(v.getDotPath(issue) ?? ''));
  throw new SynclineError('Internal', `The answer to ${method} is not what the protocol says. ${why}`);
}

function describe(issue: v.BaseIssue<unknown>, field: string): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return `The field “${field}” is not known.`;
  if (issue.received === 'undefined') return `The field “${field}” is missing.`;
  const where = field === '' ? 'The value' : `The field “${field}”`;
  return `${where} is not right: ${printable(issue.message)}`;
}
