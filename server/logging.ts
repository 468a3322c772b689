import { type DestinationStream, destination, type Logger, pino, stdSerializers } from 'pino';
import { TOKEN_PREFIX } from './session/tokenStore.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TOKENS = new RegExp(`${TOKEN_PREFIX}[A-Za-z0-9_-]{20,}`, 'g');

/**
 * A log of one JSON object per line, on stderr unless told otherwise: stdout may be the wire. Fields named `token` and
 * whatever looks like a token of ours are blotted out, wherever they come from.
 */
export function openLog(level: LogLevel, stream: DestinationStream = destination({ dest: 2, sync: true })): Logger {
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
