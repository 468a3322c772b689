import { SynclineError } from '../../server/protocol/errors.ts';

/**
 * Waits for the answer to a transfer and for its frames. When one fails the other is given up; the error thrown is the one
 * that says more than that something was given up.
 */
export async function settleBoth(
  answered: Promise<unknown>,
  moved: Promise<unknown>,
  over: AbortController,
): Promise<void> {
  const failures: SynclineError[] = [];
  const fail = (error: unknown): void => {
    failures.push(SynclineError.from(error));
    over.abort();
  };
  await Promise.all([answered.catch(fail), moved.catch(fail)]);
  const telling = failures.find(({ code }) => code !== 'Cancelled' && code !== 'TransferUnknown') ?? failures[0];
  if (telling) throw telling;
}
