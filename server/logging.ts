import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
import { TOKEN_PREFIX } from './session/tokenStore.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TOKENS = new RegExp(`${TOKEN_PREFIX}[A-Za-z0-9_-]{20,}`, 'g');

/** What waits for a reader of stderr that does not read; more than that is dropped, so that the server goes on. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

export interface OpenLog {
  readonly log: Logger;
  /** Writes what is still waiting; for the end of the process. */
  flush(): void;
}

/** The log of a program, on stderr: stdout may be the wire. */
export function openLog(level: LogLevel): OpenLog {
  const stderr = destination({ dest: 2, sync: false, maxLength: MAX_UNREAD_BYTES });
  // Whoever read the log is gone; that is no reason to stop serving.
  stderr.on('error', () => undefined);
  const flush = (): void => {
    try {
      stderr.flushSync();
    } catch {
      // Nobody reads it, or nothing was ever written.
    }
  };
  return { log: logTo(stderr, level), flush };
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
