import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, inSlices } from '../../extension/sync/inSlices.ts';

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
