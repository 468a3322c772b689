import { type ErrorName, ERRORS, errorNameOf, SynclineError } from '../errors.ts';
import type { LinkClose } from './link.ts';

/** An end that nobody is to blame for. */
export const NORMAL_CLOSE: LinkClose = { code: 1000, reason: '' };

/** The other side vanished without a word. */
export const LOST: LinkClose = { code: 1006, reason: '' };

// Codes that WebSocket implementations send by themselves.
const STANDARD: Readonly<Record<number, ErrorName>> = {
  1001: 'ServerStopping',
  1002: 'InvalidRequest',
  1003: 'InvalidRequest',
  1007: 'ParseError',
  1008: 'Forbidden',
  1009: 'TooLarge',
};

/**
 * An error as the reason of an end: our numbers from 4000 on lie in the range that WebSocket leaves to applications and are
 * sent as they are; the few of JSON-RPC become 1002 (protocol error).
 */
export function closeReasonOf(error: SynclineError | null): LinkClose {
  if (!error) return NORMAL_CLOSE;
  const { code } = ERRORS[error.code];
  return { code: code >= 4000 && code <= 4999 ? code : 1002, reason: error.code };
}

/** What an end means to whoever still waits for something; null for a normal one. */
export function errorOfClose({ code }: LinkClose): SynclineError | null {
  if (code === NORMAL_CLOSE.code || code === 1005) return null;
  return new SynclineError(errorNameOf(code) ?? STANDARD[code] ?? 'ConnectionLost');
}
