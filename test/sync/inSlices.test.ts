import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, filterInSteps, inSlices, replaceInSlices, sortInSteps } from '../../extension/sync/inSlices.ts';

/** Each step takes longer than a slice of time. */
function* slow(steps: number): Generator<void, string> {
  for (let step = 0; step < steps; step++) {
    const until = performance.now() + 12;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

test('long work lets other work have its turn between its steps', async () => {
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  const result = await inSlices(slow(6));
  clearInterval(other);
  assert.equal(result, 'done');
  assert.ok(turns >= 4, `${turns} turns`);
});

test('work that was called off ends at its next rest', async () => {
  const calledOff = new AbortController();
  setTimeout(() => calledOff.abort(new Error('enough')), 1);
  await assert.rejects(inSlices(slow(1000), calledOff.signal), /enough/);
});

test('the same steps at once give the same', () => {
  assert.equal(atOnce(slow(2)), 'done');
});

test('sorts in steps as at once, and keeps the order of equal ones', () => {
  const values = Array.from({ length: 5000 }, (_, at) => ({ at, key: (at * 7919) % 101 }));
  const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
  assert.deepEqual(atOnce(sortInSteps([...values], byKey)), values.toSorted(byKey));
  assert.deepEqual(atOnce(sortInSteps<{ key: number }>([], byKey)), []);
});

test('keeps in steps what is to be kept', () => {
  const values = Array.from({ length: 1000 }, (_, at) => at);
  const isEven = (value: number): boolean => value % 2 === 0;
  assert.deepEqual(atOnce(filterInSteps(values, isEven)), values.filter(isEven));
});

test('what another puts in place of a value meanwhile is not lost', async () => {
  let value = 'first';
  const place = { get: () => value, set: (next: string) => void (value = next) };
  const seen: string[] = [];
  await replaceInSlices(place, function* (before) {
    seen.push(before);
    if (before === 'first') value = 'second';
    yield;
    return `${before}, worked on`;
  });
  assert.deepEqual([value, seen], ['second, worked on', ['first', 'second']]);
});

test('a value that is replaced again and again is worked on at once in the end', async () => {
  let value = 0;
  const place = { get: () => value, set: (next: number) => void (value = next) };
  const other = setInterval(() => value++, 0);
  await replaceInSlices(place, function* (before) {
    const replaced = value + 1;
    while (value < replaced && before < 3) yield* wait(12);
    return before + 1000;
  });
  clearInterval(other);
  assert.ok(value >= 1000, `${value}`);
});

function* wait(ms: number): Generator<void, void, void> {
  const until = performance.now() + ms;
  while (performance.now() < until);
  yield;
}
