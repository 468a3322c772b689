import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CLI, Running, ServerProcess } from '../support/programs.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { messages, transferredBytes, untilLine } from '../support/wireLog.ts';

const SIZE = 200_000_000;

async function setUp(t: TestContext) {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const large = join(home, 'large');
  writeFileSync(large, pseudoRandom('lost', SIZE));
  const log = join(home, 'wire.jsonl');
  const start = (...args: string[]): Running =>
    new Running(CLI, args, { cwd: home, env: { ...server.env(), SYNCLINE_WIRE_LOG: log } });
  return { home, server, large, log, start };
}

/** Starts an upload and waits until its bytes are on their way. */
async function uploading({ log, start }: { log: string; start: (...args: string[]) => Running }): Promise<Running> {
  const put = start('put', 'large', 'large');
  await untilLine(log, ({ way, method }) => way === 'received' && method === 'content/credit', put);
  return put;
}

test('a server that dies in the middle of an upload: exit 3, nothing half-written, and the next run goes on', async (t) => {
  const context = await setUp(t);
  const { server, large, log, start } = context;
  const put = await uploading(context);
  await server.running.stop('SIGKILL');
  const { status, stderr, stdout } = await put.ended;
  assert.equal(status, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /^Error: The connection to ws:\/\/127\.0\.0\.1:\d+\/files was lost\. .*goes on from there\.\n$/);
  assert.equal(existsSync(join(server.folder, 'large')), false);
  await server.start();
  assert.equal(existsSync(join(server.folder, 'large')), false);
  writeFileSync(log, '');
  const again = await start('put', 'large', 'large').ended;
  assert.equal(again.status, 0, again.stderr);
  assert.ok(readFileSync(join(server.folder, 'large')).equals(readFileSync(large)));
  const sent = transferredBytes(log);
  assert.ok(sent > 0 && sent <= SIZE, `${sent} bytes sent by the second run`);
  t.diagnostic(`the second run sent ${sent} of ${SIZE} bytes`);
});

test('Ctrl-C in the middle of an upload: exit 130, says what is safe, and the server keeps going', async (t) => {
  const context = await setUp(t);
  const { server } = context;
  const put = await uploading(context);
  const { status, stderr } = await put.stop('SIGINT');
  assert.equal(status, 130);
  assert.match(stderr, /^Error: Cancelled\. Nothing is half-done/);
  assert.equal(existsSync(join(server.folder, 'large')), false);
  assert.equal((await server.cli(['add', '40', '2'])).stdout, '42\n');
});

test('SIGTERM ends a command as cleanly', async (t) => {
  const context = await setUp(t);
  const put = await uploading(context);
  const { status, stderr } = await put.stop('SIGTERM');
  assert.equal(status, 143);
  assert.match(stderr, /^Error: Cancelled\./);
});

test('a server that is told to stop finishes or refuses, and exits 0', async (t) => {
  const context = await setUp(t);
  const put = await uploading(context);
  const stopped = await context.server.running.stop('SIGTERM');
  assert.equal(stopped.status, 0, stopped.stderr);
  const { status, stderr } = await put.ended;
  assert.ok(status === 0 || status === 3, stderr);
  await context.server.start();
  const there = existsSync(join(context.server.folder, 'large'));
  assert.equal(there, status === 0, 'there exactly when it was acknowledged');
});

test('a server that stops answering is noticed by the command itself', async (t) => {
  const context = await setUp(t);
  const put = await uploading(context);
  context.server.running.child.kill('SIGSTOP');
  t.after(() => context.server.running.child.kill('SIGCONT'));
  const { status, stderr } = await put.ended;
  context.server.running.child.kill('SIGCONT');
  assert.equal(status, 3, stderr);
  // The heartbeat and the watch over the transfer both end at thirty seconds; whichever is first speaks.
  assert.match(stderr, /^Error: The connection to \S+ was lost[.:] /);
});

test('a download that breaks leaves nothing in sight, and the next one goes on', async (t) => {
  const context = await setUp(t);
  const { home, server, log, start } = context;
  assert.equal((await start('put', 'large', 'large').ended).status, 0);
  writeFileSync(log, '');
  const get = start('get', 'large', 'back/large');
  await untilLine(log, ({ way, method }) => way === 'sent' && method === 'content/credit', get);
  await server.running.stop('SIGKILL');
  const { status, stderr } = await get.ended;
  assert.equal(status, 3, stderr);
  assert.deepEqual(
    readdirSync(join(home, 'back')).filter((name) => name !== '.syncline'),
    [],
  );
  assert.ok(messages(log).includes('content/download'));
  await server.start();
  assert.equal((await start('get', 'large', 'back/large').ended).status, 0);
  assert.ok(readFileSync(join(home, 'back/large')).equals(readFileSync(context.large)));
  assert.deepEqual(readdirSync(join(home, 'back')), ['large']);
});
