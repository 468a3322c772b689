import { ResponseError } from 'vscode-jsonrpc/node';
import { type ErrorDetail, ERRORS, errorNameOf, SynclineError } from '../errors.ts';
import { printable } from '../wirePath.ts';

const MAX_TEXT = 1000;

/**
 * A failure as it may be told to the other side. Only a `SynclineError` speaks for itself; whatever else was thrown may name
 * folders or internals of this machine and becomes `Internal` with its fixed sentence.
 */
export function toWireError(error: unknown): ResponseError<ErrorDetail> {
  if (!(error instanceof SynclineError) || error.code === 'Internal') {
    return new ResponseError(ERRORS.Internal.code, ERRORS.Internal.message);
  }
  const data = Object.keys(error.data).length > 0 ? error.data : undefined;
  return new ResponseError(ERRORS[error.code].code, error.message, data);
}

/** What the other side answered, made safe to show; numbers that are not ours become `Internal`. */
export function fromWireError(error: { code: number; message: string; data?: unknown }): SynclineError {
  return new SynclineError(errorNameOf(error.code) ?? 'Internal', printable(error.message, MAX_TEXT), {
    data: readDetail(error.data),
  });
}

function readDetail(data: unknown): ErrorDetail {
  if (typeof data !== 'object' || data === null) return {};
  const { path, field, index, retryAfterMs, versions } = data as Record<string, unknown>;
  return {
    ...(typeof path === 'string' && { path: printable(path, MAX_TEXT) }),
    ...(typeof field === 'string' && { field: printable(field) }),
    ...(isCount(index) && { index }),
    ...(isCount(retryAfterMs) && { retryAfterMs }),
    ...(Array.isArray(versions) && { versions: versions.filter(isCount).slice(0, 16) }),
  };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
