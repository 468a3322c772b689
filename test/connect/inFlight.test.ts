import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forEachInFlight } from '../../extension/connect/inFlight.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { isSynclineError } from '../support/errors.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('runs as many at a time as count and weight allow, and all in the end', async () => {
  const running: number[] = [];
  const seen: string[] = [];
  const weigh = (item: number): number => item;
  await forEachInFlight([3, 3, 3, 9, 1, 1, 1, 1], { tasks: 3, weight: 8, weigh }, async (item) => {
    running.push(item);
    seen.push(running.join('+'));
    await turn();
    running.splice(running.indexOf(item), 1);
  });
  assert.deepEqual(seen, ['3', '3+3', '3+3', '9', '1', '1+1', '1+1+1', '1+1+1']);
});

test('the first failure stops the others and is thrown when they have ended', async () => {
  const ended: number[] = [];
  const limits = { tasks: 2, weight: 10, weigh: () => 1 };
  const failing = forEachInFlight([1, 2, 3], limits, async (item, signal) => {
    await turn();
    if (item === 1) throw new SynclineError('DiskFull');
    while (!signal.aborted) await turn();
    ended.push(item);
  });
  await assert.rejects(failing, isSynclineError('DiskFull'));
  assert.deepEqual(ended, [2]);
});

test('an abort is Cancelled, and nothing further is begun', async () => {
  const abort = new AbortController();
  const begun: number[] = [];
  const run = forEachInFlight(
    [1, 2, 3],
    { tasks: 1, weight: 10, weigh: () => 1 },
    async (item) => {
      begun.push(item);
      abort.abort();
      await turn();
    },
    abort.signal,
  );
  await assert.rejects(run, isSynclineError('Cancelled'));
  assert.deepEqual(begun, [1]);
});
