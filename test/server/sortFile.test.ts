import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Job } from '../../server/protocol/messages/jobs.ts';
import { TokenStore } from '../../server/session/tokenStore.ts';
import { RawClient } from '../support/rawClient.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const directory = temporaryFolder({ after: (work) => after(work as () => void) });
const LINES = 150_000;
const text = Array.from({ length: LINES }, (_, at) => `${(at * 7919) % LINES}\n`).join('');
writeFileSync(join(directory, 'numbers.txt'), text);
writeFileSync(join(directory, 'words.txt'), '1\nx\n');
const server = await startServer({ after: (work) => after(work) }, { directory });
const client = await RawClient.hello(server.url, server.token);
after(() => client.close());

let requests = 0;
const submit = async (params: object, from = client): Promise<Job> => {
  const submission = {
    operation: 'sort-file',
    params: { share: 'files', ...params },
    requestId: `sort-file-${++requests}`,
  };
  return (await from.call<{ job: Job }>('jobs/submit', submission)).job;
};
const ended = ({ id }: Job): Promise<{ job: Job; result: unknown }> =>
  client.call('jobs/result', { id, waitMs: 60_000 });
const scratch = join(directory, '.syncline/scratch');

test('sorts a file of the share into another one, as a commit with history', async () => {
  const submitted = await submit({ path: 'numbers.txt', to: 'sorted/numbers.txt', collation: 'numeric' });
  const { job, result } = await ended(submitted);
  assert.equal(job.state, 'succeeded', job.error?.message);
  const sorted = readFileSync(join(directory, 'sorted/numbers.txt'), 'utf8');
  assert.equal(sorted, Array.from({ length: LINES }, (_, at) => `${at}\n`).join(''));
  const { found } = await client.call<{ found: { entry: { content: string } } }>('files/stat', {
    share: 'files',
    path: 'sorted/numbers.txt',
  });
  assert.deepEqual(result, {
    path: 'sorted/numbers.txt',
    content: found.entry.content,
    size: Buffer.byteLength(text),
    lines: LINES,
  });
  assert.deepEqual(existsSync(scratch) ? readdirSync(scratch) : [], []);
});

test('sorts a file into itself, and what it held can be had back', async () => {
  const { job } = await ended(await submit({ path: 'numbers.txt', to: 'numbers.txt', order: 'descending' }));
  assert.equal(job.state, 'succeeded', job.error?.message);
  assert.match(readFileSync(join(directory, 'numbers.txt'), 'utf8'), /^99999\n99998\n/);
  const { versions } = await client.call<{ versions: { rev: number; by: string | null }[] }>('files/history', {
    share: 'files',
    path: 'numbers.txt',
  });
  assert.equal(versions.length, 1);
});

test('what is no file, or no number, fails the job and says so; nothing is left lying about', async () => {
  const outcomes: string[] = [];
  for (const params of [
    { path: 'gone', to: 'out' },
    { path: 'sorted', to: 'out' },
    { path: 'words.txt', to: 'sorted' },
    { path: 'numbers.txt', to: 'numbers.txt/out' },
  ]) {
    const { job } = await ended(await submit(params));
    outcomes.push(`${job.state} ${job.error?.code}`);
  }
  assert.deepEqual(outcomes, ['failed NotFound', 'failed NotAFile', 'failed NotAFile', 'failed NotADirectory']);
  const { job } = await ended(await submit({ path: 'words.txt', to: 'out', collation: 'numeric' }));
  assert.deepEqual([job.error?.code, job.error?.index], ['InvalidParams', 1]);
  assert.deepEqual([existsSync(join(directory, 'out')), readdirSync(scratch)], [false, []]);
});

test('wants the rights of the files it touches', async () => {
  const tokens = new TokenStore(join(directory, '.syncline'));
  const token = 'syncline_only-for-computing';
  await tokens.add('computing', ['read', 'compute'], token);
  const other = await RawClient.hello(server.url, token);
  const params = { path: 'numbers.txt', to: 'out' };
  await assert.rejects(submit(params, other), /no right to write/);
  other.close();
  await assert.rejects(submit({ ...params, share: 'elsewhere' }), /share/);
  await assert.rejects(submit({ ...params, path: '../x' }), /path/);
});
