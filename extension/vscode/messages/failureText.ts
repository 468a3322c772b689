import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';

/** One failed item of a batch: what it was about, and why. */
export interface Failure {
  readonly subject: string;
  readonly message: string;
}

/** One sentence for a failed command: `Could not upload “a.txt”: The disk is full…`. */
export function failureText(doing: string, error: unknown): string {
  return `Could not ${doing}: ${SynclineError.from(error).message}`;
}

/** One message for any number of failures; the log has them all. */
export function batchText(doing: string, failures: readonly Failure[], total: number): string {
  const [first] = failures;
  if (!first) return '';
  const head = `“${printable(first.subject)}”: ${first.message}`;
  if (total === 1) return `Could not ${doing} ${head}`;
  const rest = failures.length === 1 ? '' : ` (and ${failures.length - 1} more)`;
  return `Could not ${doing} ${failures.length} of ${total}: ${head}${rest}`;
}
