import * as l10n from '@vscode/l10n';
import { printable } from '../../../server/protocol/wirePath.ts';
import { errorText, inWords } from './errorText.ts';

/** One failed item of a batch: what it was about, and why. */
export interface Failure {
  readonly subject: string;
  readonly message: string;
}

/** One sentence for a failed command: `Could not upload “a.txt”: The disk is full…`. */
export function failureText(doing: string, error: unknown): string {
  return l10n.t('Could not {0}: {1}', doing, errorText(error));
}

/** One message for any number of failures; the log has them all. */
export function batchText(doing: string, failures: readonly Failure[], total: number): string {
  const [first] = failures;
  if (!first) return '';
  const head = `“${printable(first.subject)}”: ${inWords(first.message)}`;
  if (total === 1) return l10n.t('Could not {0} {1}', doing, head);
  const rest = failures.length === 1 ? '' : l10n.t(' (and {0} more)', failures.length - 1);
  return l10n.t('Could not {0} {1} of {2}: {3}{4}', doing, failures.length, total, head, rest);
}
