import { setTimeout as delay } from 'node:timers/promises';
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
import { TOKEN_PREFIX } from './session/tokenStore.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TOKENS = new RegExp(`${TOKEN_PREFIX}[A-Za-z0-9_-]{20,}`, 'g');

/** What waits for a reader of stderr that does not read; more than that is dropped, so that the server goes on. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

const FLUSH_MS = 1_000;

export interface OpenLog {
  readonly log: Logger;
  /** Writes what is still waiting, as far as somebody reads it, for a second at most; for the end of the process. */
  flush(): Promise<void>;
}

/** The log of a program, on stderr: stdout may be the wire. */
export function openLog(level: LogLevel): OpenLog {
  const stderr = destination({ dest: 2, sync: false, maxLength: MAX_UNREAD_BYTES });
  let isWritten = true;
  stderr.on('drain', () => (isWritten = true));
  // Whoever read the log is gone; that is no reason to stop serving.
  stderr.on('error', () => (isWritten = true));
  // It tries for ever where nobody reads, and is called when the process exits, which then never would.
  stderr.flushSync = () => undefined;
  const flush = async (): Promise<void> => {
    const enough = new AbortController();
    const written = new Promise((resolve) => {
      if (isWritten) return resolve(undefined);
      for (const event of ['drain', 'error'] as const) stderr.once(event, resolve);
    });
    await Promise.race([written, delay(FLUSH_MS, undefined, { signal: enough.signal })]);
    enough.abort();
  };
  const stream = {
    write(line: string): void {
      isWritten = false;
      stderr.write(line);
    },
  };
  return { log: logTo(stream, level), flush };
}

/**
 * One JSON object per line. Fields named `token` and whatever looks like a token of ours are blotted out, wherever they come
 * from.
 */
export function logTo(stream: DestinationStream, level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.errWithCause },
      redact: { paths: ['token', '*.token'], censor: '[token]' },
      hooks: { streamWrite: (line) => line.replace(TOKENS, '[token]') },
    },
    stream,
  );
}
