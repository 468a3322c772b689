import { SynclineError } from '../errors.ts';

/**
 * Awaits a transfer together with the answer to the request that announced it. When either fails the other is aborted through
 * `abort`, whose signal both must have been given, and both have settled before this does. Of two errors the one is thrown
 * that tells more: where the other side gave the transfer up, its answer says why.
 */
export async function joinTransfer<A, T>(
  answer: Promise<A>,
  transfer: Promise<T>,
  abort: AbortController,
): Promise<[A, T]> {
  let cause: SynclineError | undefined;
  const first = (error: unknown, isAnswer: boolean): void => {
    const failure = SynclineError.from(error);
    // the receiver's "gave up" is followed by its answer
    if (!isAnswer && failure.code === 'Cancelled' && !abort.signal.aborted) return;
    cause ??= failure;
    abort.abort(failure);
  };
  const [answered, transferred] = await Promise.allSettled([
    answer.catch((error: unknown) => {
      first(error, true);
      throw error;
    }),
    transfer.catch((error: unknown) => {
      first(error, false);
      throw error;
    }),
  ]);
  if (cause) throw cause;
  if (answered.status === 'rejected') throw answered.reason;
  if (transferred.status === 'rejected') throw transferred.reason;
  return [answered.value, transferred.value];
}
