import type { ErrorName } from './errors.ts';

/** One path that cannot be synced. Data, not an exception: everything else goes on. */
export interface Problem {
  /** The path as it was found; it may be no legal wire path, so show it through `printable`. */
  readonly path: string;
  readonly code: ErrorName;
  /** A sentence for a person that says what is wrong and what to do. */
  readonly message: string;
}
