import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RawClient } from '../support/rawClient.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const server = await startServer({ after: (work) => after(work) });
const base = server.metrics as string;

test('a healthy server says so, and what is not there is not found', async () => {
  const health = await fetch(`${base}/healthz`);
  assert.deepEqual([health.status, await health.json()], [200, { status: 'ok' }]);
  assert.equal((await fetch(`${base}/`)).status, 404);
  assert.equal((await fetch(`${base}/metrics`, { method: 'POST' })).status, 405);
});

test('what sessions did is counted, by closed lists of names', async () => {
  const client = await RawClient.hello(server.url, server.token);
  await client.call('compute/add', { values: [1] });
  await client.request('compute/add', { values: ['x'] });
  await client.request('compute/add', { wrong: 1 });
  await client.request('no/such/method', {});
  const operations = [{ kind: 'makeDirectory', path: 'a' }];
  await client.call('files/commit', { share: 'files', id: 'commit-id-1', operations });
  const text = await (await fetch(`${base}/metrics`)).text();
  for (const line of [
    'syncline_sessions 1',
    'syncline_requests_total{method="compute/add",outcome="ok"} 1',
    'syncline_requests_total{method="compute/add",outcome="InvalidParams"} 2',
    'syncline_request_duration_seconds_count{method="session/hello"} 1',
    'syncline_commits_total 1',
    'syncline_operations_total{status="done"} 1',
    'syncline_share_revision{share="files"} 1',
    'syncline_share_available{share="files"} 1',
    'syncline_jobs{state="queued"} 0',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
  assert.match(text, /^syncline_bytes_total\{direction="in"\} [1-9]\d+$/m);
  assert.match(text, /^nodejs_eventloop_lag_seconds /m);
  assert.match(text, /^process_resident_memory_bytes /m);
  assert.doesNotMatch(text, /no\/such\/method/);
  client.close();
});

test('a share whose folder vanished makes the server unhealthy until it is back', async (t) => {
  const [parent, state] = [temporaryFolder(t), temporaryFolder(t)];
  const directory = join(parent, 'served');
  const alone = await startServer(t, { directory, args: ['--state', state] });
  const status = async (wanted: number): Promise<void> => {
    while ((await fetch(`${alone.metrics}/healthz`)).status !== wanted) await new Promise(setImmediate);
  };
  await status(200);
  renameSync(directory, join(parent, 'away'));
  await status(503);
  renameSync(join(parent, 'away'), directory);
  await status(200);
});

test('a page that gave its name to this machine reads no metrics', async () => {
  const status = await new Promise((resolve, reject) => {
    get(`${base}/metrics`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  assert.equal(status, 403);
});

test('a second server on the same metrics port uses another one', async (t) => {
  const { port } = new URL(base);
  const second = await startServer(t, { args: ['--metrics', `127.0.0.1:${port}`] });
  assert.notEqual(new URL(second.metrics as string).port, port);
  assert.equal((await fetch(`${second.metrics}/healthz`)).status, 200);
  const off = await startServer(t, { args: ['--metrics', 'off'] });
  assert.equal(off.metrics, null);
});
