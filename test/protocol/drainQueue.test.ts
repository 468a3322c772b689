import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LINK_HIGH_WATER, MAX_FRAME_PAYLOAD } from '../../server/protocol/limits.ts';
import { DrainQueue } from '../../server/protocol/link/drainQueue.ts';

/** A queue of ten who wait, and what has become of them. */
async function tenWaiting() {
  const state = { buffered: LINK_HIGH_WATER };
  const queue = new DrainQueue(() => state.buffered);
  const gone: number[] = [];
  for (let n = 0; n < 10; n++) void queue.wait().then(() => gone.push(n));
  const after = async (act: () => void): Promise<readonly number[]> => {
    act();
    await new Promise((resolve) => setImmediate(resolve));
    return [...gone];
  };
  assert.deepEqual(await after(() => {}), []);
  return { state, queue, after };
}

describe('those who wait for a link to drain', () => {
  test('are let go in turn, as many as there is room for', async () => {
    const { state, queue, after } = await tenWaiting();
    state.buffered = LINK_HIGH_WATER - 1;
    assert.deepEqual(await after(() => queue.written()), [0]);
    state.buffered = LINK_HIGH_WATER - 2 * MAX_FRAME_PAYLOAD;
    assert.deepEqual(await after(() => queue.written()), [0, 1, 2]);
    state.buffered = LINK_HIGH_WATER + 1;
    assert.deepEqual(await after(() => queue.written()), [0, 1, 2]);
  });

  test('all go when nothing is buffered, for nothing would wake them later', async () => {
    const { state, queue, after } = await tenWaiting();
    state.buffered = 0;
    assert.equal((await after(() => queue.written())).length, 10);
  });

  test('all go when the link ends, as does whoever comes later', async () => {
    const { queue, after } = await tenWaiting();
    assert.equal((await after(() => queue.end())).length, 10);
    await queue.wait();
  });

  test('do not let a newcomer pass', async () => {
    const { state, queue, after } = await tenWaiting();
    state.buffered = LINK_HIGH_WATER - 1;
    let passed = false;
    void queue.wait().then(() => (passed = true));
    await after(() => {});
    assert.equal(passed, false);
  });
});
