import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, TransferRate } from '../../../extension/vscode/messages/transferRate.ts';

const MB = 1_000_000;

test('a transfer tells bytes, rate and time left once there is a rate to tell', () => {
  const rate = new TransferRate();
  assert.equal(rate.text(0, 64 * MB, 0), '0 B of 64.0 MB');
  assert.equal(rate.text(2 * MB, 64 * MB, 500), '2.0 MB of 64.0 MB');
  assert.equal(rate.text(8 * MB, 64 * MB, 2000), '8.0 MB of 64.0 MB, 4.0 MB/s, 14 s left');
  assert.equal(rate.text(64 * MB, 64 * MB, 16_000), '64.0 MB of 64.0 MB, 4.0 MB/s');
});

test('the rate is that of the last seconds, and one that stands still promises nothing', () => {
  const rate = new TransferRate();
  for (let second = 0; second <= 10; second++) rate.text(second * MB, 100 * MB, second * 1000);
  for (let second = 11; second <= 20; second++) rate.text(10 * MB, 100 * MB, second * 1000);
  assert.equal(rate.text(10 * MB, 100 * MB, 21_000), '10.0 MB of 100 MB, 0 B/s');
});

test('durations are said as people say them', () => {
  assert.deepEqual([0.2, 13.4, 89, 240, 7500].map(durationText), ['1 s', '14 s', '89 s', '4 min', '2 h 5 min']);
});
