import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { EmbeddedJobs, type EmbeddedJobsOptions } from '../../server/jobs/embedded/embeddedJobs.ts';
import type { NewJob } from '../../server/jobs/jobRecords.ts';
import { jobsContract } from '../contract/jobs.ts';
import { isSynclineError } from '../support/errors.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const open = async (t: TestContext, options: EmbeddedJobsOptions): Promise<EmbeddedJobs> => {
  const jobs = await EmbeddedJobs.open(options);
  t.after(() => jobs[Symbol.asyncDispose]());
  return jobs;
};

jobsContract({
  open: (t, now) =>
    open(t, {
      stateDirectory: temporaryFolder(t),
      now,
      retentionMs: 60_000,
      queueLimits: { jobs: 10, bytes: 1_000 },
    }),
});

const newJob = (requestId: string): NewJob => ({
  owner: 'ann',
  requestId,
  operation: 'add',
  params: '{}',
  requires: null,
});

test('after a restart queued jobs go on waiting, results stay, and what was running is interrupted', async (t) => {
  const stateDirectory = temporaryFolder(t);
  const before = await open(t, { stateDirectory });
  const ids: Record<string, string> = {};
  for (const name of ['finished', 'runningOne', 'cancelledOne', 'queuedOne']) {
    ids[name] = (await before.records.submit(newJob(name))).id;
  }
  await before.queue.claim();
  await before.queue.finish(ids.finished as string, 1, { state: 'succeeded', result: '42' });
  await before.queue.claim();
  await before.queue.claim();
  await before.records.cancel('ann', ids.cancelledOne as string);
  const { seq } = await before.records.since('ann', 0);
  await before[Symbol.asyncDispose]();

  const { records, queue } = await open(t, { stateDirectory });
  const states = (await records.list('ann', { limit: 10 })).jobs.map((job) => job.state);
  assert.deepEqual(states, ['queued', 'cancelled', 'interrupted', 'succeeded']);
  assert.equal(await records.result('ann', ids.finished as string), '42');
  const events = await records.since('ann', seq);
  assert.deepEqual(
    events.jobs.map((job) => `${job.seq - seq} ${job.state}`),
    ['1 interrupted', '2 cancelled'],
  );
  assert.equal((await queue.claim())?.id, ids.queuedOne);
  assert.equal((await records.submit(newJob('queuedOne'))).id, ids.queuedOne);
});

test('one server at a time uses a state folder', async (t) => {
  const stateDirectory = temporaryFolder(t);
  await using first = await EmbeddedJobs.open({ stateDirectory });
  await first.records.submit(newJob('request-1'));
  await assert.rejects(EmbeddedJobs.open({ stateDirectory }), isSynclineError('TargetBusy'));
});

test('a job file of another version, or something else in its place, is left alone', async (t) => {
  const stateDirectory = temporaryFolder(t);
  const path = join(stateDirectory, 'jobs.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assert.rejects(EmbeddedJobs.open({ stateDirectory }), isSynclineError('StorageFailed', { message: /99/ }));
  writeFileSync(path, 'no database at all, but long enough to be taken for one'.repeat(100));
  await assert.rejects(EmbeddedJobs.open({ stateDirectory }), isSynclineError('StorageFailed'));
});

test('after the end every call is refused', async (t) => {
  const jobs = await EmbeddedJobs.open({ stateDirectory: temporaryFolder(t) });
  const lastWords = jobs.records.submit(newJob('request-1'));
  await jobs[Symbol.asyncDispose]();
  assert.equal((await lastWords).state, 'queued');
  await assert.rejects(jobs.records.submit(newJob('request-2')), isSynclineError('ServerStopping'));
  await assert.rejects(jobs.records.list('ann', { limit: 1 }), isSynclineError('ServerStopping'));
});
