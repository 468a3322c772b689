import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { JobRow } from '../../../extension/vscode/jobs/jobsTree.ts';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { connected, leave, run, treeLines } from './editor.ts';
import { read, write } from './files.ts';
import type { TestServer } from './server.ts';

/** Keeps a worker busy for seconds; too long for the server to keep once the job has ended. */
const LONG = { values: ['9'.repeat(3_000_000)] };

suite('The Jobs view', () => {
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    ({ api, server } = await connected());
  });
  after(() => leave(server, () => run('disconnect')));

  async function rows(): Promise<JobRow[]> {
    return ((await api.jobs.getChildren()) ?? []).filter((row) => row.kind === 'job');
  }

  /** What is shown, without times: `sort succeeded`. */
  async function lines(): Promise<string[]> {
    return (await rows()).map(({ job }) => `${job.operation} ${job.state}`);
  }

  async function rowOf(id: string): Promise<JobRow> {
    const found = (await rows()).find(({ job }) => job.id === id);
    if (!found) throw new Error(`The view has no job ${id}`);
    return found;
  }

  const ended = (id: string) =>
    eventually(async () => {
      const { job } = await rowOf(id);
      if (job.endedAt === null) throw new Error(`The job ${id} is ${job.state}`);
      return job;
    });

  test('shows a job from its submission to its end, and its result in an editor', async () => {
    const id = await run<string>('submitJob', 'sort', { values: ['b', 'a'] });
    await ended(id);
    assert.deepEqual(await lines(), ['sort succeeded']);
    await run('showJobResult', await rowOf(id));
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'a\nb');
    assert.equal(vscode.window.activeTextEditor?.document.isDirty, false);
  });

  test('a running job stands first, is cancelled from its row, and was too long to run again', async () => {
    const id = await run<string>('submitJob', 'add', LONG);
    assert.match((await lines())[0] ?? '', /^add (queued|running)$/);
    const item = await api.jobs.getTreeItem(await rowOf(id));
    assert.equal(item.contextValue, 'jobActive');
    assert.equal(item.command, undefined);
    await run('cancelJob', await rowOf(id));
    assert.equal((await ended(id)).state, 'cancelled');
    assert.equal(await run('rerunJob', await rowOf(id)), undefined);
  });

  test('a failed job tells why, with what it was given', async () => {
    const id = await run<string>('submitJob', 'sort', { values: [1, 'two'] });
    assert.equal((await ended(id)).state, 'failed');
    await run('showJobResult', await rowOf(id));
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /failed: .*“two”[\s\S]*"values"/);
  });

  test('runs a job again with the same parameters', async () => {
    const [first] = (await rows()).filter(({ job }) => job.state === 'succeeded');
    const id = await run<string>('rerunJob', first);
    assert.notEqual(id, first?.job.id);
    assert.deepEqual((await run<{ result: unknown }>('showJobResult', id)).result, { result: ['a', 'b'] });
  });

  test('the result of a file operation is JSON, and the sorted file is on the server', async () => {
    write(server.files, 'list.txt', 'c\na\nb\n');
    await eventually(async () => assert.deepEqual(await treeLines(api), ['list.txt']));
    const params = { share: 'files', path: 'list.txt', to: 'sorted.txt' };
    const id = await run<string>('submitJob', 'sort-file', params);
    assert.equal((await ended(id)).state, 'succeeded');
    await run('showJobResult', await rowOf(id));
    const document = vscode.window.activeTextEditor?.document;
    assert.match(document?.fileName ?? '', /sort-file .*\.json$/);
    assert.match(document?.getText() ?? '', /"lines": 3/);
    assert.equal(read(server.files, 'sorted.txt'), 'a\nb\nc\n');
  });

  test('jobs are forgotten one by one, and looked up by their id when they are not shown', async () => {
    const [first, second] = await rows();
    assert.ok(first && second);
    assert.deepEqual(await run('removeJob', first, [first, second]), [first.job.id, second.job.id]);
    await eventually(async () => assert.ok(!(await rows()).some(({ job }) => job.id === first.job.id)));
    assert.equal(await run('lookUpJob', first.job.id), undefined);
    const [other] = await rows();
    assert.equal((await run<Job>('lookUpJob', other?.job.id)).id, other?.job.id);
  });

  test('everything is shown again after a restart of the server, and goes on', async () => {
    const before = await lines();
    await server.restart('SIGKILL');
    await eventually(async () => assert.deepEqual(await lines(), before));
    const id = await run<string>('submitJob', 'add', { values: [1] });
    await ended(id);
    assert.deepEqual(await lines(), ['add succeeded', ...before]);
  });
});
