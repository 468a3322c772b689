import { SynclineError } from '../../server/protocol/errors.ts';

export interface InFlightLimits<T> {
  /** Tasks at a time. */
  readonly tasks: number;
  /** Sum of `weigh` at a time; one task alone may exceed it. */
  readonly weight: number;
  readonly weigh: (item: T) => number;
}

/**
 * Runs `task` for every item, several at a time, taking the next item only when there is room for it. The first failure
 * aborts the signal the others were given, and is thrown once all of them have ended: nothing goes on behind the caller's back.
 */
export async function forEachInFlight<T>(
  items: Iterable<T>,
  limits: InFlightLimits<T>,
  task: (item: T, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const running = new Set<Promise<void>>();
  let weight = 0;
  const run = async (item: T, weighs: number): Promise<void> => {
    try {
      await task(item, either);
    } catch (error) {
      failure.abort(error);
    } finally {
      weight -= weighs;
    }
  };
  for (const item of items) {
    const weighs = limits.weigh(item);
    while (running.size > 0 && (running.size >= limits.tasks || weight + weighs > limits.weight))
      await Promise.race(running);
    if (either.aborted) break;
    weight += weighs;
    const promise: Promise<void> = run(item, weighs).then(() => void running.delete(promise));
    running.add(promise);
  }
  await Promise.all(running);
  if (signal?.aborted) throw new SynclineError('Cancelled');
  if (failure.signal.aborted) throw SynclineError.from(failure.signal.reason);
}
