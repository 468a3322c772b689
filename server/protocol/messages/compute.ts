import * as v from 'valibot';
import { MAX_VALUES } from '../limits.ts';
import { request } from './message.ts';

/** Numbers as JSON numbers, or as decimal text where exactness matters: integers of any size travel as strings of digits. */
const numbers = v.pipe(v.array(v.union([v.number(), v.string()])), v.maxLength(MAX_VALUES));

export const addParams = v.strictObject({ values: numbers });
/** Exact integers come as a number while that is exact, else as text; a sum with fractions is the nearest double. */
export const addResult = v.strictObject({ result: v.union([v.number(), v.string()]) });

export const sortParams = v.strictObject({
  values: v.pipe(v.array(v.union([v.number(), v.string()])), v.maxLength(MAX_VALUES)),
  order: v.optional(v.picklist(['ascending', 'descending'])),
  /** Texts only; numbers sort by value. `codepoint` (default), `natural` (file2 before file10), `locale` (a before B). */
  collation: v.optional(v.picklist(['codepoint', 'natural', 'locale', 'numeric'])),
  unique: v.optional(v.boolean()),
});
/** Stable. All numbers or all texts; `numeric` sorts texts by the number each of them is. */
export const sortResult = v.strictObject({ result: v.array(v.union([v.number(), v.string()])) });

/** Anything that is no number is `InvalidParams` with `index`, as is NaN or infinity. No values: 0. */
export const add = request('compute/add', { right: 'compute', params: addParams, result: addResult });

/** NaN, and numbers mixed with texts, are `InvalidParams` with `index`. */
export const sort = request('compute/sort', { right: 'compute', params: sortParams, result: sortResult });
