import { TimeSlice } from '../../server/protocol/disk/timeSlice.ts';

/**
 * A calculation that can be left alone between two of its steps. What it works on are values that nobody changes, so whatever
 * happens meanwhile, its result is that of the moment at which it began; whoever acts on the result has to see whether that
 * moment still counts.
 */
export type Steps<T> = Generator<void, T, void>;

/** So many entries, operations or the like are a step: far below a millisecond. */
export const STEP = 256;

/** What is begun in a turn of the event loop comes on top of what that turn did before. Milliseconds. */
const FIRST_SLICE_MS = 3;

/**
 * Runs steps to their end and returns what they return, giving the event loop a turn between two of them whenever a slice of
 * time is used up: a large tree must not keep an editor waiting. @throws the signal's reason when it was aborted meanwhile.
 */
export async function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  let slice = new TimeSlice(FIRST_SLICE_MS);
  for (let isFirst = true; ; ) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (!slice.spent) continue;
    await slice.rest(signal);
    if (isFirst) slice = new TimeSlice();
    isFirst = false;
  }
}

/** Something that is looked after as a value, while others put new values in its place. */
export interface Place<T> {
  get(): T;
  set(value: T): void;
}

/** So many times in a row a value may be replaced while its successor is worked out; then that is done at once. */
const MOST_TRIES = 3;

/** Puts in the place of a value what is worked out from it. One that another has replaced meanwhile is worked out anew. */
export async function replaceInSlices<T>(
  place: Place<T>,
  next: (value: T) => Steps<T>,
  signal?: AbortSignal,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = place.get();
    const after = await inSlices(next(before), signal);
    if (place.get() === before) return place.set(after);
  }
  place.set(atOnce(next(place.get())));
}

/** The same without a rest. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Those that are to be kept, in their order. */
export function* filterInSteps<T>(all: readonly T[], keep: (each: T) => boolean): Steps<T[]> {
  const kept: T[] = [];
  for (const [index, each] of all.entries()) {
    if (index % STEP === STEP - 1) yield;
    if (keep(each)) kept.push(each);
  }
  return kept;
}

/** Sorts in place. Equal ones keep their order. */
export function* sortInSteps<T>(all: T[], compare: (a: T, b: T) => number): Steps<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < all.length; from += STEP) {
    runs.push(all.slice(from, from + STEP).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [a, b] = [runs[at] ?? [], runs[at + 1]];
      merged.push(b ? yield* mergeInSteps(a, b, compare) : a);
    }
    runs = merged;
  }
  const [sorted = []] = runs;
  for (const [index, each] of sorted.entries()) all[index] = each;
  return all;
}

function* mergeInSteps<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  // what is nearly in order already, as most lists are, costs next to nothing
  if (compare(a[a.length - 1] as T, b[0] as T) <= 0) return [...a, ...b];
  const merged: T[] = [];
  let [left, right] = [0, 0];
  while (left < a.length || right < b.length) {
    const isLeft = right === b.length || (left < a.length && compare(a[left] as T, b[right] as T) <= 0);
    merged.push((isLeft ? a[left++] : b[right++]) as T);
    if (merged.length % STEP === 0) yield;
  }
  return merged;
}
