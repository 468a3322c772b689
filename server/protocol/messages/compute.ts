import * as v from 'valibot';
import { MAX_NUMBERS, MAX_VALUES } from '../limits.ts';
import { request } from './message.ts';
import { contentId, count, share, transferId, wirePath } from './values.ts';

export type ComputeValue = number | string;

/**
 * Only the length is checked here: the operation looks at every value anyway and names the position of the one it refuses,
 * which a schema's error could not.
 */
const list = (what: string) =>
  v.custom<readonly ComputeValue[]>(
    (input) => Array.isArray(input) && input.length <= MAX_VALUES,
    `expected a list of at most ${MAX_VALUES} ${what}`,
  );
/** Numbers or texts; which of them is for the operation to check. */
export const values = list('values');
/** Numbers, or decimal texts. */
export const numbers = list('numbers');

const sorted = v.custom<readonly ComputeValue[]>(
  (input) => Array.isArray(input) && input.every((each) => typeof each === 'number' || typeof each === 'string'),
  'expected a list of numbers or texts',
);

/** What a form says about a field of an operation's parameters, in one sentence. */
const says = v.description;

/** Numbers as JSON numbers, or as decimal text where exactness matters: integers of any size travel as strings of digits. */
export const addParams = v.strictObject({ values: v.pipe(numbers, says('The numbers to add.')) });
/**
 * Whole numbers add up exactly: a number while that is exact, else text. A sum with fractions is the double nearest to the
 * exact sum of the values, a decimal text standing for the double nearest to it.
 */
export const addResult = v.strictObject({ result: v.union([v.number(), v.string()]) });

const order = v.optional(v.pipe(v.picklist(['ascending', 'descending']), says('Which way the values run.')));

export const sortParams = v.strictObject({
  values: v.pipe(values, says('Numbers, or texts.')),
  order,
  /**
   * Texts only; numbers sort by value. `codepoint` (default), `natural` (file2 before file10), `locale` (as an English
   * dictionary does: a, B, c), `numeric` (by the number that each text is).
   */
  collation: v.optional(
    v.pipe(
      v.picklist(['codepoint', 'natural', 'locale', 'numeric']),
      says('How texts compare; numbers always sort by value.'),
    ),
  ),
  /** Of values that are the same, only the first is kept: the same text, or with numbers and `numeric` the same number. */
  unique: v.optional(v.pipe(v.boolean(), says('Keep one of several that are the same.'))),
});
/** Stable in both orders. JSON knows no negative zero, so it comes back as 0. */
export const sortResult = v.strictObject({ result: sorted });

/** Anything that is no number is `InvalidParams` with `index`, as is NaN or infinity. No values: 0. */
export const add = request('compute/add', { right: 'compute', params: addParams, result: addResult });

/** All numbers or all texts: what differs from the first value, NaN and infinity are `InvalidParams` with `index`. */
export const sort = request('compute/sort', { right: 'compute', params: sortParams, result: sortResult });

/**
 * Sorts many numbers, which travel as bytes and not as JSON: 8 each, little-endian doubles. Their frames follow the request
 * in the transfer `input`, uncompressed; sorted they come back in the transfer `output`, and then the call is answered. The order is that
 * of `compute/sort`, and NaN and infinity are refused as there. Nothing of it is stored. `TooMany` while others sort too much.
 */
export const sortNumbers = request('compute/sortNumbers', {
  right: 'compute',
  deadlineMs: 0,
  params: v.strictObject({
    count: v.pipe(count, v.minValue(1), v.maxValue(MAX_NUMBERS)),
    input: transferId,
    output: transferId,
    order,
  }),
  result: v.strictObject({ count }),
});

/**
 * Of the job `sort-file`, which sorts the lines of a file of a share into another file of it (or the same one), however large
 * they are, and commits the result like any other change. Lines end with a line feed; the last one is given one if it lacks it.
 */
export const sortFileParams = v.strictObject({
  share: v.pipe(share, says('The share that the file is in.')),
  path: v.pipe(wirePath, says('The file whose lines are sorted.')),
  /** Where the result goes. What is there is replaced, and kept in history, unless it changes while the job runs. */
  to: v.pipe(wirePath, says('Where the result goes; what is there stays in history.')),
  order,
  /** As for `compute/sort`; `codepoint` sorts other encodings than UTF-8 by byte. */
  collation: v.optional(v.pipe(v.picklist(['codepoint', 'natural', 'locale', 'numeric']), says('How lines compare.'))),
  /** Of lines with the same key only the first is kept. */
  unique: v.optional(v.pipe(v.boolean(), says('Keep one of several that compare as the same.'))),
  /** Sort by this part of each line, counted from 1; default: by the whole line. A line without it has an empty one. */
  column: v.optional(
    v.pipe(
      count,
      v.minValue(1),
      v.maxValue(10_000),
      says('Sort by this column, counted from 1; else by the whole line.'),
    ),
  ),
  /** What separates columns; default: a tab. No quoting. */
  delimiter: v.optional(
    v.pipe(v.string(), v.minLength(1), v.maxLength(16), says('What separates columns; else a tab.')),
  ),
  /** The first line stays where it is. */
  header: v.optional(v.pipe(v.boolean(), says('The first line stays where it is.'))),
});
export const sortFileResult = v.strictObject({ path: wirePath, content: contentId, size: count, lines: count });
