import type { ErrorName } from '../../protocol/errors.ts';
import type { OperationResult } from '../../protocol/messages/files.ts';
import { diskError } from '../../protocol/disk/diskError.ts';
import type { WirePath } from '../../protocol/wirePath.ts';

/**
 * Ends one operation and leaves its paths as they were; the other operations go on. Thrown and caught within the store:
 * the world sees {@link result}.
 */
export class OperationFailure extends Error {
  readonly result: OperationResult;

  constructor(path: WirePath, code: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.result = { status: 'problem', path, code, message };
  }
}

/** What is on disk is not what the index says any more: it has to be looked at before the operation is tried again. */
export class Diverged extends Error {}

/** Runs file system calls; `what` completes "Failed to …". @throws OperationFailure, or what the store itself threw */
export function onDisk<T>(path: WirePath, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFailure(error, path, what);
  }
}

/** The same for calls that take their time. */
export async function onDiskAsync<T>(path: WirePath, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFailure(error, path, what);
  }
}

function asFailure(error: unknown, path: WirePath, what: string): Error {
  if (error instanceof OperationFailure || error instanceof Diverged) return error;
  const { code, message } = diskError(error, what, path);
  return new OperationFailure(path, code, message, { cause: error });
}
