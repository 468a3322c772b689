import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../extension/connect/connection.ts';
import { JobClient, resultOf } from '../../extension/jobs/jobClient.ts';
import { JobFeed } from '../../extension/jobs/jobFeed.ts';
import { didChange as jobsDidChange, type Job, type JobState } from '../../server/protocol/messages/jobs.ts';
import { isSynclineError } from '../support/errors.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { type DoubleHandlers, ServerDouble } from '../support/serverDouble.ts';

const job = (seq: number, state: JobState = 'running', id = 'job-00000001'): Job => ({
  id,
  operation: 'add',
  state,
  progress: state === 'succeeded' ? 1 : 0.5,
  createdAt: 1,
  startedAt: 2,
  endedAt: state === 'succeeded' ? 3 : null,
  expiresAt: null,
  error: null,
  seq,
});

/** A connection whose attempts meet these servers one after the other. */
function setUp(...handlers: ((server: ServerDouble) => DoubleHandlers)[]) {
  const met: ServerDouble[] = [];
  const connection = new Connection({
    connect: () => {
      const server = new ServerDouble(handlers[met.length]);
      met.push(server);
      return server.connect();
    },
    keepTrying: true,
    clock: new FakeClock(),
  });
  return { met, connection, jobs: new JobClient(connection) };
}

test('submits again, with the same request id, when the connection breaks before the answer', async () => {
  const seen: string[] = [];
  const { connection, jobs } = setUp(
    (server) => ({
      jobsSubmit: ({ requestId }) => {
        seen.push(requestId);
        server.clientLink.cut();
        return new Promise(() => {});
      },
    }),
    () => ({
      jobsSubmit: ({ requestId }) => {
        seen.push(requestId);
        return Promise.resolve({ job: job(1) });
      },
    }),
  );
  assert.equal((await jobs.submit('add', { values: [1] })).id, 'job-00000001');
  assert.equal(seen.length, 2);
  assert.equal(seen[0], seen[1]);
  connection.close();
});

test('waits for a result over rounds and over reconnects', async () => {
  let asked = 0;
  const { connection, jobs } = setUp(
    (server) => ({
      jobsResult: () => {
        if (++asked === 1) return Promise.resolve({ job: job(1), result: null });
        server.clientLink.cut();
        return new Promise(() => {});
      },
    }),
    () => ({ jobsResult: () => Promise.resolve({ job: job(2, 'succeeded'), result: { result: 42 } }) }),
  );
  const answer = await jobs.result('job-00000001');
  assert.deepEqual(resultOf(answer), { result: 42 });
  connection.close();
});

test('a job that did not succeed throws why', () => {
  const failed: Job = {
    ...job(1, 'failed'),
    error: { code: 'InvalidParams', message: '“x” is not a number.', index: 2 },
  };
  assert.throws(
    () => resultOf({ job: failed, result: null }),
    isSynclineError('InvalidParams', { data: { index: 2 } }),
  );
  assert.throws(
    () => resultOf({ job: job(1, 'cancelled'), result: null }),
    isSynclineError('JobFailed', { message: /cancelled/ }),
  );
  assert.throws(
    () => resultOf({ job: job(1, 'interrupted'), result: null }),
    isSynclineError('JobFailed', { message: /again/ }),
  );
});

test('lists page by page', async () => {
  const { connection, jobs } = setUp(() => ({
    jobsList: ({ after }) =>
      Promise.resolve(
        after ? { jobs: [job(1, 'running', 'job-00000002')], more: false } : { jobs: [job(2)], more: true },
      ),
  }));
  const ids: string[] = [];
  for await (const page of jobs.list()) ids.push(...page.map(({ id }) => id));
  assert.deepEqual(ids, ['job-00000001', 'job-00000002']);
  connection.close();
});

test('the feed tells each event once, also those that happened while the connection was down', async () => {
  const asked: (number | undefined)[] = [];
  const { met, connection } = setUp(
    () => ({
      jobsWatch: ({ since }) => {
        asked.push(since);
        return Promise.resolve({ seq: 3, jobs: [] });
      },
    }),
    (server) => ({
      jobsWatch: ({ since }) => {
        asked.push(since);
        // an event that overtakes the answer
        server.peer.notify(jobsDidChange, { job: job(6) });
        return Promise.resolve({ seq: 6, jobs: [job(6), job(5, 'running', 'job-00000002')] });
      },
    }),
  );
  const feed = new JobFeed(connection);
  const heard: number[] = [];
  const hears = (seq: number): Promise<void> =>
    new Promise((resolve) => {
      const listening = feed.onDidChange((event) => {
        if (event.seq !== seq) return;
        listening.dispose();
        resolve();
      });
    });
  feed.onDidChange(({ seq }) => heard.push(seq));
  const fourth = hears(4);
  await connection.client();
  met[0]?.peer.notify(jobsDidChange, { job: job(4) });
  await fourth;
  const sixth = hears(6);
  met[0]?.clientLink.cut();
  await new Promise<void>((resolve) => connection.onDidChangeState(({ kind }) => kind === 'waiting' && resolve()));
  await connection.client();
  await sixth;
  assert.deepEqual(heard, [4, 5, 6]);
  assert.deepEqual(asked, [undefined, 4]);
  feed.dispose();
  connection.close();
});
