import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { EmbeddedJobs } from '../../server/jobs/embedded/embeddedJobs.ts';
import { WorkerPool } from '../../server/jobs/embedded/workerPool.ts';
import { JobDispatcher } from '../../server/jobs/jobDispatcher.ts';
import { JobService, type Submission } from '../../server/jobs/jobService.ts';
import type { Job } from '../../server/protocol/messages/jobs.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { isSynclineError } from '../support/errors.ts';
import { TEST_OPERATIONS } from '../support/operationWorker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const ENTRY = join(import.meta.dirname, '../support/operationWorker.ts');
const NEVER = new AbortController().signal;
const LONG_MS = 60_000;

test('a submitted job runs by itself, and its result can be awaited and fetched again', async (t) => {
  const { service } = await jobsOf(t);
  const { id, state } = await service.submit('ann', submission('add', { values: ['40', 2] }));
  assert.equal(state, 'queued');
  for (const waitMs of [LONG_MS, 0]) {
    const { job, result } = await service.result('ann', id, waitMs, NEVER);
    assert.deepEqual([job.state, job.progress, result], ['succeeded', 1, { result: 42 }]);
  }
});

test('the wait for a result is bounded and can be given up', async (t) => {
  const { service } = await jobsOf(t);
  const { id } = await service.submit('ann', submission('spin'));
  const early = await service.result('ann', id, 1, NEVER);
  assert.deepEqual([['queued', 'running'].includes(early.job.state), early.result], [true, null]);
  const abort = new AbortController();
  const waiting = service.result('ann', id, LONG_MS, abort.signal);
  abort.abort();
  await assert.rejects(waiting, isSynclineError('Cancelled'));
  await assert.rejects(service.result('ann', id, LONG_MS, abort.signal), isSynclineError('Cancelled'));
});

test('what the operation refuses is the error of the job, with the position', async (t) => {
  const { service } = await jobsOf(t);
  const { id } = await service.submit('ann', submission('add', { values: [1, 'x'] }));
  const { job, result } = await service.result('ann', id, LONG_MS, NEVER);
  assert.deepEqual(
    [job.state, job.error, result],
    ['failed', { code: 'InvalidParams', message: '“x” at position 2 is not a number.', index: 1 }, null],
  );
});

test('an unknown operation and params of the wrong shape are refused at once', async (t) => {
  const { service } = await jobsOf(t);
  await assert.rejects(service.submit('ann', submission('divide')), isSynclineError('UnknownOperation'));
  await assert.rejects(
    service.submit('ann', submission('sort', { values: [], order: 'sideways' })),
    isSynclineError('InvalidParams', { data: { field: 'order' } }),
  );
  await assert.rejects(service.submit('ann', submission('add', undefined)), isSynclineError('InvalidParams'));
});

test('a running job is cancelled, and the next one gets its worker', async (t) => {
  const { service } = await jobsOf(t);
  const spinning = await service.submit('ann', submission('spin'));
  const next = await service.submit('ann', submission('echo', 'next'));
  await stateOf(service, spinning, 'running');
  assert.equal((await service.cancel('ann', spinning.id)).state, 'cancelling');
  assert.equal((await service.result('ann', spinning.id, LONG_MS, NEVER)).job.state, 'cancelled');
  assert.equal((await service.result('ann', next.id, LONG_MS, NEVER)).result, 'next');
  await assert.rejects(service.cancel('ann', spinning.id), isSynclineError('JobEnded'));
});

test('a cancel that arrives while the job is being started is not missed', async (t) => {
  const { service } = await jobsOf(t);
  using _ = service.onDidChange((owner, { id, state }) => {
    // In the same turn the dispatcher claims the job, so that both often become durable together.
    if (state === 'queued') void service.cancel(owner, id);
  });
  for (let turn = 0; turn < 20; turn++) {
    const { id } = await service.submit('ann', submission('stall'));
    assert.equal((await service.result('ann', id, LONG_MS, NEVER)).job.state, 'cancelled');
  }
});

test('progress of a running job is told and never falls', async (t) => {
  const { service } = await jobsOf(t);
  const told: number[] = [];
  const { promise: moved, resolve } = Promise.withResolvers<void>();
  using _ = service.onDidChange((_owner, job) => {
    told.push(job.progress);
    if (told.filter((progress) => progress > 0).length === 3) resolve();
  });
  const { id } = await service.submit('ann', submission('spin'));
  await moved;
  await service.cancel('ann', id);
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
  );
});

test('a job over its time fails and says so', async (t) => {
  const { service } = await jobsOf(t, { timeLimitMs: 50 });
  const { id } = await service.submit('ann', submission('spin'));
  const { job } = await service.result('ann', id, LONG_MS, NEVER);
  assert.deepEqual([job.state, job.error?.code], ['failed', 'LimitExceeded']);
});

test('a worker that breaks down fails its job only', async (t) => {
  const { service } = await jobsOf(t);
  const broken = await service.submit('ann', submission('exit'));
  const fine = await service.submit('ann', submission('echo', 1));
  assert.equal((await service.result('ann', broken.id, LONG_MS, NEVER)).job.error?.code, 'JobFailed');
  assert.equal((await service.result('ann', fine.id, LONG_MS, NEVER)).result, 1);
});

test('a job waits until the share has reached its revision', async (t) => {
  const shares = new Map<string, Cursor>([['files', { epoch: 'epoch-one', rev: 1 }]]);
  const { service } = await jobsOf(t, { shares });
  const requires = { share: 'files', cursor: { epoch: 'epoch-one', rev: 2 } };
  const { id } = await service.submit('ann', submission('echo', 'late', { requires }));
  const free = await service.submit('ann', submission('echo', 'early'));
  await service.result('ann', free.id, LONG_MS, NEVER);
  assert.equal((await service.get('ann', id)).state, 'queued');
  shares.set('files', { epoch: 'epoch-one', rev: 2 });
  await service.shareMoved('files');
  assert.equal((await service.result('ann', id, LONG_MS, NEVER)).result, 'late');

  const reached = await service.submit('ann', submission('echo', 'at once', { requires }));
  assert.equal((await service.result('ann', reached.id, LONG_MS, NEVER)).result, 'at once');
  const elsewhere = { share: 'other', cursor: requires.cursor };
  const refused = service.submit('ann', submission('echo', 0, { requires: elsewhere }));
  await assert.rejects(refused, isSynclineError('UnknownShare'));
});

test('a job that waited for a share which is served no more fails when the server starts', async (t) => {
  const stateDirectory = temporaryFolder(t);
  const shares = new Map<string, Cursor>([['files', { epoch: 'epoch-one', rev: 1 }]]);
  const before = await jobsOf(t, { stateDirectory, shares });
  const requires = { share: 'files', cursor: { epoch: 'epoch-one', rev: 2 } };
  const { id } = await before.service.submit('ann', submission('echo', 0, { requires }));
  await before.stop();
  const { service } = await jobsOf(t, { stateDirectory });
  assert.equal((await service.get('ann', id)).error?.code, 'RevisionNotReached');
});

test('a server that stops interrupts what runs, and the next one runs what waited', async (t) => {
  const stateDirectory = temporaryFolder(t);
  const before = await jobsOf(t, { stateDirectory });
  const running = await before.service.submit('ann', submission('spin'));
  const waiting = await before.service.submit('ann', submission('echo', 'waited'));
  await stateOf(before.service, running, 'running');
  await before.stop();

  const { service } = await jobsOf(t, { stateDirectory });
  assert.equal((await service.get('ann', running.id)).state, 'interrupted');
  assert.equal((await service.result('ann', waiting.id, LONG_MS, NEVER)).result, 'waited');
});

interface Setup {
  readonly stateDirectory?: string;
  readonly timeLimitMs?: number;
  readonly shares?: ReadonlyMap<string, Cursor>;
}

async function jobsOf(t: TestContext, setup: Setup = {}): Promise<{ service: JobService; stop(): Promise<void> }> {
  const jobs = await EmbeddedJobs.open({ stateDirectory: setup.stateDirectory ?? temporaryFolder(t) });
  const runner = new WorkerPool({ entry: ENTRY, size: 1, memoryLimitMb: 64 });
  const dispatcher = new JobDispatcher({
    queue: jobs.queue,
    feed: jobs.records,
    runner,
    parallel: 1,
    timeLimitMs: setup.timeLimitMs ?? 600_000,
    onTrouble: (error) => assert.fail(String(error)),
  });
  const service = new JobService({
    registry: TEST_OPERATIONS,
    records: jobs.records,
    queue: jobs.queue,
    dispatcher,
    cursorOf: (share) => setup.shares?.get(share) ?? null,
  });
  await service.start();
  const stop = async (): Promise<void> => {
    await dispatcher[Symbol.asyncDispose]();
    await runner.close();
    await jobs[Symbol.asyncDispose]();
  };
  t.after(stop);
  return { service, stop };
}

let requests = 0;
const submission = (operation: string, params: unknown = {}, rest: Partial<Submission> = {}): Submission => ({
  operation,
  params,
  requestId: `request-${++requests}`,
  requires: null,
  ...rest,
});

async function stateOf(service: JobService, { id }: Job, state: Job['state']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _ = service.onDidChange((_owner, job) => void (job.id === id && job.state === state && resolve()));
  if ((await service.get('ann', id)).state !== state) await promise;
}
