import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, test } from 'node:test';
import type { Job } from '../../server/protocol/messages/jobs.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { RawClient } from '../support/rawClient.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const server = await startServer({ after: (work) => after(work) });
const client = await RawClient.hello(server.url, server.token);
after(() => client.close());

/** Keeps a worker busy for a second or more. */
const LONG = { values: ['9'.repeat(3_000_000)] };

let requests = 0;
const submit = async (to: RawClient, operation: string, params: unknown): Promise<Job> =>
  (await to.call<{ job: Job }>('jobs/submit', { operation, params, requestId: `request-${++requests}` })).job;
const result = (from: RawClient, id: string, waitMs = 60_000): Promise<{ job: Job; result: unknown }> =>
  from.call('jobs/result', { id, waitMs });

test('the operations are listed', async () => {
  const { operations } = await client.call<{ operations: { name: string; quick: boolean }[] }>('jobs/operations', {});
  assert.deepEqual(
    operations.map(({ name, quick }) => `${name} ${quick}`),
    ['add true', 'sort true', 'sort-file false'],
  );
});

test('a job gives an id at once, and its result as often as it is asked for, also to a later session', async () => {
  const { id, state } = await submit(client, 'add', { values: ['40', '2'] });
  assert.equal(state, 'queued');
  assert.deepEqual((await result(client, id)).result, { result: 42 });
  const later = await RawClient.hello(server.url, server.token);
  assert.deepEqual((await result(later, id, 0)).result, { result: 42 });
  assert.equal((await later.call<{ job: Job }>('jobs/get', { id })).job.state, 'succeeded');
  later.close();
});

test('what a job was submitted with is told, also after its end', async () => {
  const { id } = await submit(client, 'sort', { values: ['b', 'a'], order: 'descending' });
  await result(client, id);
  assert.deepEqual(await client.call('jobs/params', { id }), { params: { values: ['b', 'a'], order: 'descending' } });
});

test('what the operation refuses is told with the position', async () => {
  const { id } = await submit(client, 'sort', { values: [1, 'b'] });
  const { job } = await result(client, id);
  assert.deepEqual([job.state, job.error?.code, job.error?.index], ['failed', 'InvalidParams', 1]);
});

test('events come to those who watch, and a session that comes back catches up from a number', async () => {
  const watching = await RawClient.hello(server.url, server.token);
  const { seq } = await watching.call<{ seq: number; jobs: Job[] }>('jobs/watch', {});
  const { id } = await submit(client, 'add', { values: [1] });
  const states: string[] = [];
  let last = seq;
  while (states.at(-1) !== 'succeeded') {
    const { job } = await watching.notification<{ job: Job }>('jobs/didChange');
    assert.ok(job.seq > last);
    last = job.seq;
    if (job.id === id) states.push(job.state);
  }
  watching.close();
  const again = await RawClient.hello(server.url, server.token);
  const caughtUp = await again.call<{ seq: number; jobs: Job[] }>('jobs/watch', { since: seq });
  assert.deepEqual(
    caughtUp.jobs.map((job) => job.id),
    [id],
  );
  again.close();
});

test('a running job is cancelled', async () => {
  const { id } = await submit(client, 'add', LONG);
  await client.call('jobs/cancel', { id });
  assert.equal((await result(client, id)).job.state, 'cancelled');
  assert.equal((await client.request('jobs/cancel', { id })).error?.code, 4403);
  assert.deepEqual(await client.call('jobs/params', { id }), { params: null }, 'too long to be kept');
  await client.call('jobs/remove', { id });
  assert.equal((await client.request('jobs/get', { id })).error?.code, 4402);
});

test('a job waits for the revision of the share that it asks for', async () => {
  const { cursor } = await client.call<{ cursor: Cursor }>('files/stat', { share: 'files', path: 'nothing' });
  const requireRev = { share: 'files', cursor: { ...cursor, rev: cursor.rev + 1 } };
  const params = { operation: 'add', params: { values: [1] }, requestId: `request-${++requests}`, requireRev };
  const { job } = await client.call<{ job: Job }>('jobs/submit', params);
  assert.equal((await result(client, job.id, 50)).job.state, 'queued');
  const operations = [{ kind: 'makeDirectory', path: 'folder' }];
  await client.call('files/commit', { share: 'files', id: 'commit-for-a-job', operations });
  assert.equal((await result(client, job.id)).job.state, 'succeeded');
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`an id outlives the server: after ${signal} results stay, queued jobs run, and what ran is interrupted`, async (t) => {
    const directory = temporaryFolder(t);
    const before = await startServer(t, { directory });
    const early = await RawClient.hello(before.url, before.token);
    const finished = await submit(early, 'add', { values: [1, 2] });
    await result(early, finished.id);
    const long: Job[] = [];
    // More than can run at a time.
    for (let n = 0; n <= availableParallelism(); n++) long.push(await submit(early, 'add', LONG));
    const queued = await submit(early, 'sort', { values: [3, 1, 2] });
    while (!(await listStates(early)).includes('running')) await result(early, queued.id, 5);
    early.close();
    await before.stop(signal);

    const after = await startServer(t, { directory });
    const late = await RawClient.hello(after.url, after.token);
    assert.deepEqual((await result(late, finished.id, 0)).result, { result: 3 });
    assert.ok((await listStates(late)).includes('interrupted'));
    for (const { id } of long) await late.request('jobs/cancel', { id });
    assert.deepEqual((await result(late, queued.id)).result, { result: [1, 2, 3] });
    late.close();
  });
}

async function listStates(from: RawClient): Promise<string[]> {
  const { jobs } = await from.call<{ jobs: Job[] }>('jobs/list', {});
  return jobs.map((job) => job.state);
}
