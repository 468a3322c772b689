import { findSourceMap } from 'node:module';

/** An error with its causes as text, its stack in terms of the source. VS Code switches Node's own mapping off. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = mapStack(error.stack ?? '');
  const text = stack.includes(error.message) ? stack : `${error.message}\n${stack}`;
  return error.cause === undefined ? text : `${text}\ncaused by ${describeError(error.cause)}`;
}

function mapStack(stack: string): string {
  return stack.replace(/(\/[^\s():]+):(\d+):(\d+)/g, (place, file: string, line: string, column: string) => {
    const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    const source = entry.originalSource.replace(/^file:\/\//, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
