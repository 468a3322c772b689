import * as l10n from '@vscode/l10n';
import { ERRORS, SynclineError } from '../../../server/protocol/errors.ts';

const SENTENCES: ReadonlySet<string> = new Set(Object.values(ERRORS).map(({ message }) => message));

/** What a failure says to a person, in the language of the editor as far as {@link inWords} knows it. */
export const errorText = (error: unknown): string => inWords(SynclineError.from(error).message);

/**
 * A failure's message in the language of the editor, where it is a sentence of the table of errors. One that was made for the occasion,
 * with a path, a number or a reason of the server in it, stays as it is.
 */
export const inWords = (message: string): string => (SENTENCES.has(message) ? l10n.t(message) : message);
