import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Compression } from '../../extension/connect/compression.ts';

const MEGABYTE = 1024 * 1024;

test('a large transfer waits for the answer whether the server is near, a small one does not', async () => {
  let asked = 0;
  const compression = new Compression(true, async () => ++asked > 0);
  await compression.prepare(1000);
  assert.deepEqual([asked, compression.isWorthIt, compression.isNear], [0, true, undefined]);
  await compression.prepare(MEGABYTE);
  await compression.prepare(MEGABYTE);
  assert.deepEqual([asked, compression.isWorthIt, compression.isNear], [1, false, true]);
});

test('a server that was too busy to look near is asked again beside the transfers, and not for ever', async () => {
  for (const [nearAt, asks] of [
    [3, 3],
    [100, 8],
  ] as const) {
    let asked = 0;
    const compression = new Compression(true, async () => ++asked >= nearAt);
    for (let transfer = 0; transfer < 20; transfer++) {
      await compression.prepare(MEGABYTE);
      await setImmediate();
    }
    assert.deepEqual([asked, compression.isNear], [asks, nearAt === 3]);
  }
});

test('a server that does not understand compression is not asked, and one elsewhere is compressed for', async () => {
  const without = new Compression(false, () => assert.fail('asked'));
  await without.prepare(MEGABYTE);
  assert.equal(without.isWorthIt, false);
  const elsewhere = new Compression(true);
  await elsewhere.prepare(MEGABYTE);
  assert.equal(elsewhere.isWorthIt, true);
});
