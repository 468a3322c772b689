import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { JobQueue } from '../../server/jobs/jobQueue.ts';
import type { JobFeed, JobRecords, NewJob } from '../../server/jobs/jobRecords.ts';
import type { Job } from '../../server/protocol/messages/jobs.ts';
import { isSynclineError } from '../support/errors.ts';

export interface JobsUnderTest {
  readonly records: JobRecords & JobFeed;
  readonly queue: JobQueue;
}

export interface JobsSetup {
  /** At most 10 queued jobs and 1,000 bytes of params per owner; ended jobs are kept for 60 seconds of the given clock. */
  open(t: TestContext, now: () => number): Promise<JobsUnderTest>;
}

/** What every implementation of the jobs' ports promises. */
export function jobsContract(setup: JobsSetup): void {
  const withJobs = (title: string, body: (jobs: JobsUnderTest, clock: { now: number }) => Promise<void>): void => {
    test(title, async (t) => {
      const clock = { now: 1_000 };
      await body(await setup.open(t, () => clock.now), clock);
    });
  };

  withJobs('a submitted job is queued, and the same request id answers the same job', async ({ records }) => {
    const first = await records.submit(newJob('ann', 'request-1'));
    const again = await records.submit(newJob('ann', 'request-1', { params: '{"values":[9]}' }));
    assert.deepEqual(again, first);
    assert.deepEqual(show(first), 'add queued');
    assert.notEqual((await records.submit(newJob('bob', 'request-1'))).id, first.id);
    assert.deepEqual(await records.get('ann', first.id), first);
  });

  withJobs('an id of another owner is answered like one that never was', async ({ records }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    for (const strange of [id, 'no-such-job']) {
      await assert.rejects(records.get('bob', strange), isSynclineError('JobNotFound'));
      await assert.rejects(records.result('bob', strange), isSynclineError('JobNotFound'));
      await assert.rejects(records.params('bob', strange), isSynclineError('JobNotFound'));
      await assert.rejects(records.cancel('bob', strange), isSynclineError('JobNotFound'));
      await assert.rejects(records.remove('bob', strange), isSynclineError('JobNotFound'));
      await assert.rejects(records.list('bob', { after: strange, limit: 1 }), isSynclineError('JobNotFound'));
    }
    assert.deepEqual(await records.list('bob', { limit: 10 }), { jobs: [], more: false });
    assert.deepEqual(await records.since('bob', 0), { seq: 0, jobs: [] });
  });

  withJobs(
    'a claimed job runs, makes progress that never falls, and keeps its result',
    async ({ records, queue }, clock) => {
      const { id } = await records.submit(newJob('ann', 'request-1'));
      clock.now = 2_000;
      const claimed = await queue.claim();
      assert.deepEqual(claimed, { id, owner: 'ann', fence: 1, operation: 'add', params: '{"values":[1,2]}' });
      assert.equal(await queue.claim(), null);
      for (const [reported, shown] of [
        [0.5, 0.5],
        [0.25, 0.5],
        [7, 1],
      ] as const) {
        assert.equal(await queue.beat(id, 1, reported), 'go on');
        assert.equal((await records.get('ann', id)).progress, shown);
      }
      assert.equal(await records.result('ann', id), null);
      clock.now = 3_000;
      assert.equal(await queue.finish(id, 1, { state: 'succeeded', result: '{"result":3}' }), true);
      for (const _ of [1, 2]) assert.equal(await records.result('ann', id), '{"result":3}');
      const { state, progress, createdAt, startedAt, endedAt, expiresAt } = await records.get('ann', id);
      assert.deepEqual(
        { state, progress, createdAt, startedAt, endedAt, expiresAt },
        { state: 'succeeded', progress: 1, createdAt: 1_000, startedAt: 2_000, endedAt: 3_000, expiresAt: 63_000 },
      );
    },
  );

  withJobs('a failure is kept with its code and position', async ({ records, queue }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    await queue.claim();
    const error = { code: 'InvalidParams', message: '“x” at position 2 is not a number.', index: 1 } as const;
    assert.equal(await queue.finish(id, 1, { state: 'failed', error }), true);
    assert.deepEqual((await records.get('ann', id)).error, error);
    assert.equal(await records.result('ann', id), null);
  });

  withJobs('what a job was submitted with can be had as long as the job, so that it can run again', async (jobs) => {
    const { records, queue } = jobs;
    const { id } = await records.submit(newJob('ann', 'request-1'));
    assert.equal(await records.params('ann', id), '{"values":[1,2]}');
    await queue.claim();
    await queue.finish(id, 1, { state: 'succeeded', result: '3' });
    assert.equal(await records.params('ann', id), '{"values":[1,2]}');
  });

  withJobs('what has ended stays as it ended', async ({ records, queue }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    await queue.claim();
    await queue.finish(id, 1, { state: 'succeeded', result: '1' });
    const ended = await records.get('ann', id);
    assert.equal(await queue.finish(id, 1, { state: 'interrupted' }), false);
    assert.equal(await queue.beat(id, 1, 0.5), 'stop');
    await assert.rejects(records.cancel('ann', id), isSynclineError('JobEnded'));
    assert.deepEqual(await records.get('ann', id), ended);
  });

  withJobs('a queued job is cancelled at once, a running one by whoever runs it', async ({ records, queue }) => {
    const queued = await records.submit(newJob('ann', 'request-1'));
    assert.equal(show(await records.cancel('ann', queued.id)), 'add cancelled');
    assert.equal(await queue.claim(), null);

    const running = await records.submit(newJob('ann', 'request-2'));
    await queue.claim();
    assert.equal(show(await records.cancel('ann', running.id)), 'add cancelling');
    assert.equal(show(await records.cancel('ann', running.id)), 'add cancelling');
    assert.equal(await queue.beat(running.id, 1, 0.9), 'stop');
    assert.equal(await queue.finish(running.id, 1, { state: 'cancelled' }), true);
    assert.equal(show(await records.get('ann', running.id)), 'add cancelled');
  });

  withJobs('a running job may be faster than its cancel', async ({ records, queue }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    await queue.claim();
    await records.cancel('ann', id);
    assert.equal(await queue.finish(id, 1, { state: 'succeeded', result: '3' }), true);
    assert.equal(show(await records.get('ann', id)), 'add succeeded');
  });

  withJobs('a wrong fence changes nothing', async ({ records, queue }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    await queue.claim();
    assert.equal(await queue.beat(id, 2, 0.5), 'stop');
    assert.equal(await queue.finish(id, 2, { state: 'succeeded', result: '1' }), false);
    assert.equal(show(await records.get('ann', id)), 'add running');
  });

  withJobs('first come, first served, but owners with fewer running jobs go first', async ({ records, queue }) => {
    for (const request of ['request-1', 'request-2', 'request-3']) await records.submit(newJob('ann', request));
    await records.submit(newJob('bob', 'request-1'));
    const claimed = [await queue.claim(), await queue.claim(), await queue.claim(), await queue.claim()];
    assert.equal(claimed.map((job) => job?.owner).join(' '), 'ann bob ann ann');
  });

  withJobs('an owner can have only so much waiting in line', async ({ records, queue }) => {
    for (let n = 0; n < 10; n++) await records.submit(newJob('ann', `request-${n}`));
    await assert.rejects(records.submit(newJob('ann', 'request-10')), isSynclineError('TooMany'));
    assert.equal(show(await records.submit(newJob('ann', 'request-9'))), 'add queued');
    await queue.claim();
    await records.submit(newJob('ann', 'request-10'));
    const large = newJob('bob', 'request-1', { params: JSON.stringify('x'.repeat(1_000)) });
    await assert.rejects(records.submit(large), isSynclineError('TooMany'));
  });

  withJobs('jobs are listed newest first, page by page, also by state', async ({ records, queue }) => {
    const ids: string[] = [];
    for (let n = 1; n <= 5; n++) ids.unshift((await records.submit(newJob('ann', `request-${n}`))).id);
    await queue.claim();
    const first = await records.list('ann', { limit: 2 });
    const second = await records.list('ann', { limit: 3, after: first.jobs[1]?.id ?? '' });
    assert.deepEqual(
      [...first.jobs, ...second.jobs].map((job) => job.id),
      ids,
    );
    assert.deepEqual([first.more, second.more], [true, false]);
    const running = await records.list('ann', { state: 'running', limit: 10 });
    assert.deepEqual(
      running.jobs.map((job) => job.id),
      ids.slice(4),
    );
  });

  withJobs('only ended jobs can be removed', async ({ records }) => {
    const { id } = await records.submit(newJob('ann', 'request-1'));
    await assert.rejects(records.remove('ann', id), isSynclineError('JobNotEnded'));
    await records.cancel('ann', id);
    await records.remove('ann', id);
    await assert.rejects(records.get('ann', id), isSynclineError('JobNotFound'));
    assert.notEqual((await records.submit(newJob('ann', 'request-1'))).id, id);
  });

  withJobs('ended jobs are forgotten after their time, others never', async ({ records, queue }, clock) => {
    const ended = await records.submit(newJob('ann', 'request-1'));
    await records.cancel('ann', ended.id);
    const waiting = await records.submit(newJob('ann', 'request-2'));
    clock.now += 59_999;
    await queue.expire();
    assert.equal(show(await records.get('ann', ended.id)), 'add cancelled');
    clock.now += 1;
    await queue.expire();
    await assert.rejects(records.get('ann', ended.id), isSynclineError('JobNotFound'));
    assert.equal(show(await records.get('ann', waiting.id)), 'add queued');
  });

  withJobs(
    'every event of an owner has the next number, and listeners hear them in order',
    async ({ records, queue }) => {
      const heard: string[] = [];
      using _ = records.onDidChange((owner, job) => heard.push(`${owner} ${job.seq} ${show(job)}`));
      const first = await records.submit(newJob('ann', 'request-1'));
      await records.submit(newJob('bob', 'request-1'));
      await queue.claim();
      await queue.beat(first.id, 1, 0.5);
      await queue.finish(first.id, 1, { state: 'succeeded', result: '3' });
      const second = await records.submit(newJob('ann', 'request-2'));
      assert.deepEqual(heard, [
        'ann 1 add queued',
        'bob 1 add queued',
        'ann 2 add running',
        'ann 3 add running 50 %',
        'ann 4 add succeeded',
        'ann 5 add queued',
      ]);
      const events = await records.since('ann', 1);
      assert.deepEqual([events.seq, events.jobs.map((job) => job.id)], [5, [first.id, second.id]]);
      assert.deepEqual(
        (await records.since('ann', 4)).jobs.map((job) => job.id),
        [second.id],
      );
      assert.deepEqual(await records.since('ann', 5), { seq: 5, jobs: [] });
    },
  );

  withJobs('a job waits for the revision that it needs', async ({ records, queue }) => {
    const cursor = { epoch: 'epoch-one', rev: 7 };
    const { id } = await records.submit(newJob('ann', 'request-1', { requires: { share: 'files', cursor } }));
    assert.equal(await queue.claim(), null);
    assert.deepEqual(await queue.awaitedShares(), ['files']);
    assert.equal(await queue.release('other', cursor), false);
    assert.equal(await queue.release('files', { ...cursor, rev: 6 }), false);
    assert.equal(await queue.claim(), null);
    assert.equal(await queue.release('files', { ...cursor, rev: 8 }), true);
    assert.deepEqual(await queue.awaitedShares(), []);
    assert.equal((await queue.claim())?.id, id);
  });

  withJobs('a job that waits for what cannot come fails', async ({ records, queue }) => {
    const requires = { share: 'files', cursor: { epoch: 'epoch-one', rev: 7 } };
    const renumbered = await records.submit(newJob('ann', 'request-1', { requires }));
    assert.equal(await queue.release('files', { epoch: 'epoch-two', rev: 9 }), false);
    assert.equal((await records.get('ann', renumbered.id)).error?.code, 'RevisionNotReached');
    const gone = await records.submit(newJob('ann', 'request-2', { requires }));
    assert.equal(await queue.release('files', null), false);
    assert.equal((await records.get('ann', gone.id)).error?.code, 'RevisionNotReached');
  });

  withJobs('jobs are counted by state', async ({ records, queue }) => {
    for (let n = 0; n < 3; n++) await records.submit(newJob('ann', `request-${n}`));
    await queue.claim();
    const { queued, running, succeeded } = await queue.counts();
    assert.deepEqual({ queued, running, succeeded }, { queued: 2, running: 1, succeeded: 0 });
  });

  withJobs('of many requests at once each is answered, and one refused harms no other', async ({ records }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => records.submit(newJob('ann', `request-${n}`))),
    );
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 10);
    assert.equal((await records.list('ann', { limit: 100 })).jobs.length, 10);
  });
}

const newJob = (owner: string, requestId: string, rest: Partial<NewJob> = {}): NewJob => ({
  owner,
  requestId,
  operation: 'add',
  params: '{"values":[1,2]}',
  requires: null,
  ...rest,
});

const show = ({ operation, state, progress }: Job): string =>
  `${operation} ${state}${progress > 0 && progress < 1 ? ` ${progress * 100} %` : ''}`;
