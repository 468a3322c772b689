import type { LogOutputChannel } from 'vscode';

/** An error with everything that led to it, for the log alone: a person is shown the sentence without the stack. */
export function logError(log: LogOutputChannel, what: string, error: unknown): void {
  log.error(what);
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined)
    log.debug(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}
