import type { sort } from '../../server/protocol/messages/compute.ts';
import type { ParamsOf } from '../../server/protocol/messages/message.ts';

type SortParams = ParamsOf<typeof sort>;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The values of a command line as values to sort: numbers where they look like numbers, so that a text among numbers is found
 * and refused by the server. Numbers that a double would change travel as text and are compared as the numbers they are.
 */
export function sortValues(
  texts: readonly string[],
  { text, collation }: { readonly text?: boolean; readonly collation?: SortParams['collation'] },
): Pick<SortParams, 'values' | 'collation'> {
  if (text || collation) return { values: [...texts], ...(collation && { collation }) };
  const values = texts.map((each) => (NUMBER.test(each) ? Number(each) : each));
  const areNumbers = values.every((value) => typeof value === 'number');
  const areExact = values.every((value, at) => String(value) === texts[at]);
  return areNumbers && !areExact ? { values: [...texts], collation: 'numeric' } : { values };
}
