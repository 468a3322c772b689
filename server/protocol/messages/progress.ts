import * as v from 'valibot';
import { count } from './values.ts';

/**
 * How far a call has come. It travels in `$/progress {token, value}` to a caller who put a `progressToken` (number or text)
 * beside the params of the request; the token belongs to no schema and is taken out before the params are checked.
 */
export const progressReport = v.strictObject({
  /** In the unit of the call: bytes, paths, rows. Never falls. */
  done: count,
  /** Null while it is not known. */
  total: v.nullable(count),
});
export type ProgressReport = v.InferOutput<typeof progressReport>;
