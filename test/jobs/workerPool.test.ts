import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { WorkerPool } from '../../server/jobs/embedded/workerPool.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { isSynclineError } from '../support/errors.ts';

const ENTRY = join(import.meta.dirname, '../support/operationWorker.ts');
const NEVER = new AbortController().signal;

test('runs operations side by side and in turn, on JSON', async (t) => {
  const pool = poolOf(t, 2);
  const sums = [1, 2, 3, 4, 5].map((n) =>
    pool.run({ operation: 'add', params: `{"values":[${n},"1"]}` }, { timeLimitMs: 30_000 }, NEVER),
  );
  assert.deepEqual(await Promise.all(sums), [
    '{"result":2}',
    '{"result":3}',
    '{"result":4}',
    '{"result":5}',
    '{"result":6}',
  ]);
});

test('hands on what the operation refuses, with the position', async (t) => {
  const pool = poolOf(t, 1);
  const run = pool.run({ operation: 'add', params: '{"values":[1,"x"]}' }, { timeLimitMs: 30_000 }, NEVER);
  await assert.rejects(run, isSynclineError('InvalidParams', { data: { index: 1, field: 'values' } }));
  assert.equal(await echo(pool, 7), '7');
});

test('a worker that breaks down fails its own work and no other', async (t) => {
  const pool = poolOf(t, 1);
  for (const [operation, code] of [
    ['exit', 'JobFailed'],
    ['throw', 'JobFailed'],
    ['hoard', 'LimitExceeded'],
    ['overflow', 'LimitExceeded'],
    ['flood', 'LimitExceeded'],
  ] as const) {
    const run = pool.run({ operation, params: '{}' }, { timeLimitMs: 60_000 }, NEVER);
    await assert.rejects(run, isSynclineError(code, { message: /^[^/]+$/ }), operation);
    assert.equal(await echo(pool, operation), JSON.stringify(operation));
  }
});

test('work that takes too long is stopped', async (t) => {
  const pool = poolOf(t, 1);
  const run = pool.run({ operation: 'spin', params: '{}' }, { timeLimitMs: 100 }, NEVER);
  await assert.rejects(
    run,
    isSynclineError('LimitExceeded', { message: 'The work took longer than the 0.1 s that it may take.' }),
  );
  assert.equal(await echo(pool, 1), '1');
});

test('cancelling frees the worker, whether the work runs or waits', async (t) => {
  const pool = poolOf(t, 1);
  const abort = new AbortController();
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const options = { timeLimitMs: 600_000, onProgress: () => resolve() };
  const running = pool.run({ operation: 'spin', params: '{}' }, options, abort.signal);
  const waiting = pool.run({ operation: 'spin', params: '{}' }, options, abort.signal);
  await started;
  abort.abort();
  await assert.rejects(waiting, isSynclineError('Cancelled'));
  await assert.rejects(running, isSynclineError('Cancelled'));
  assert.equal(await echo(pool, 1), '1');
  await assert.rejects(
    pool.run({ operation: 'echo', params: '1' }, options, abort.signal),
    isSynclineError('Cancelled'),
  );
});

test('closing stops what runs and what waits', async (t) => {
  const pool = poolOf(t, 1);
  const runs = [1, 2].map(() => pool.run({ operation: 'spin', params: '{}' }, { timeLimitMs: 600_000 }, NEVER));
  const outcomes = Promise.allSettled(runs);
  await pool.close();
  for (const outcome of await outcomes) {
    assert.equal(outcome.status === 'rejected' && (outcome.reason as SynclineError).code, 'ServerStopping');
  }
  await assert.rejects(echo(pool, 1), isSynclineError('ServerStopping'));
});

test('an idle worker is let go and replaced when needed', async (t) => {
  const pool = new WorkerPool({ entry: ENTRY, size: 1, memoryLimitMb: 64, idleMs: 1 });
  t.after(() => pool.close());
  for (let turn = 0; turn < 5; turn++) assert.equal(await echo(pool, turn), String(turn));
});

function poolOf(t: TestContext, size: number): WorkerPool {
  const pool = new WorkerPool({ entry: ENTRY, size, memoryLimitMb: 64 });
  t.after(() => pool.close());
  return pool;
}

const echo = (pool: WorkerPool, value: unknown): Promise<string> =>
  pool.run({ operation: 'echo', params: JSON.stringify(value) }, { timeLimitMs: 30_000 }, NEVER);
