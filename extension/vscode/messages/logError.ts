import { inspect } from 'node:util';
import type { LogOutputChannel } from 'vscode';

/** An error with everything that led to it, for the log alone: a person is shown the sentence without the stack. */
export function logError(log: LogOutputChannel, what: string, error: unknown): void {
  log.error(what);
  log.debug(inspect(error));
}
