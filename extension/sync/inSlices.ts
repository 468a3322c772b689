import { TimeSlice } from '../../server/protocol/disk/timeSlice.ts';

/**
 * Runs steps to their end and returns what they return, giving the event loop a turn between two of them whenever a slice of
 * time is used up: a large tree must not keep an editor waiting. @throws the signal's reason when it was aborted meanwhile.
 */
export async function inSlices<T>(steps: Iterator<void, T>, signal?: AbortSignal): Promise<T> {
  const slice = new TimeSlice();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (slice.spent) await slice.rest(signal);
  }
}

/** The same without a rest. */
export function atOnce<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
