import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { INITIAL_CREDIT } from '../../server/protocol/limits.ts';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { CLI, Running, ServerProcess } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** `npm run test:gibibyte` runs these with 1 GiB. */
const SIZE = process.argv.includes('--gibibyte') ? 1024 ** 3 : 128 * 1024 ** 2;
const BREAKS = 10;
const BYTES_PER_SECOND = 60_000_000;

/**
 * What may go twice for each break: what was under way, which is a window on this link (less than the initial credit twice),
 * and everything beside the bytes themselves: frames, hello, questions, the engine's look.
 */
const AGAIN = 2 * INITIAL_CREDIT;
const SMALL = 64 * 1024;
const MOST = SIZE + BREAKS * (AGAIN + SMALL) + SIZE / 1000;

interface Setup {
  readonly home: string;
  readonly server: ServerProcess;
  readonly proxy: FaultProxy;
  /** Of the large file. */
  readonly content: string;
  start(...args: string[]): Running;
}

/** A server behind a slow link, and a large file in the folder `local`, or in the server's before it starts. */
async function setUp(t: TestContext, where: 'local' | 'server'): Promise<Setup> {
  const home = temporaryFolder(t);
  mkdirSync(join(home, 'local'));
  mkdirSync(join(home, 'server'));
  const content = plant(join(home, where, 'large'));
  const server = await ServerProcess.start(t, home);
  const proxy = await FaultProxy.start(t, server.url);
  proxy.set({ bytesPerSecond: BYTES_PER_SECOND });
  const env = { ...server.env(), SYNCLINE_SERVER: `${proxy.url}/files` };
  const start = (...args: string[]): Running => {
    const running = new Running(CLI, args, { cwd: home, env });
    t.after(() => running.stop('SIGKILL'));
    return running;
  };
  return { home, server, proxy, content, start };
}

/** Random bytes in a file, a piece at a time. */
function plant(file: string): string {
  const piece = Buffer.alloc(8 * 1024 ** 2);
  const hash = createHash('sha256');
  const out = openSync(file, 'wx');
  for (let at = 0; at < SIZE; at += piece.length) {
    hash.update(randomFillSync(piece));
    writeSync(out, piece);
  }
  closeSync(out);
  return hash.digest('hex');
}

function hashOf(file: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(8 * 1024 ** 2);
  const input = openSync(file, 'r');
  for (let read = 1; read > 0; hash.update(piece.subarray(0, read))) read = readSync(input, piece);
  closeSync(input);
  return hash.digest('hex');
}

test('an upload that breaks ten times goes on by itself each time, and resends a window at most (row 10)', async (t) => {
  const { home, server, proxy, content, start } = await setUp(t, 'local');
  const local = join(home, 'local');
  const watching = start('sync', local, `${proxy.url}/files`, '--mode', 'push', '--watch', '--json');
  for (let broken = 0; broken < BREAKS; broken++) {
    await proxy.untilSent(SIZE / (BREAKS + 1));
    assert.equal(existsSync(join(server.folder, 'large')), false, 'nothing half-written is visible');
    proxy.cut();
  }
  await watching.event('idle');
  await watching.stop('SIGINT');
  assert.equal(hashOf(join(server.folder, 'large')), content);
  t.diagnostic(`${proxy.sent} bytes for ${SIZE}, ${Math.round((proxy.sent - SIZE) / BREAKS)} more for each break`);
  assert.ok(proxy.sent <= MOST, `${proxy.sent} bytes were sent, at most ${MOST} were to be`);
  assert.equal(proxy.attempts, BREAKS + 1);
});

test('a download that breaks ten times does, too (row 10)', async (t) => {
  const { home, proxy, content, start } = await setUp(t, 'server');
  const local = join(home, 'local');
  const watching = start('sync', local, `${proxy.url}/files`, '--mode', 'pull', '--watch', '--json');
  for (let broken = 0; broken < BREAKS; broken++) {
    await proxy.untilReceived(SIZE / (BREAKS + 1));
    assert.equal(existsSync(join(local, 'large')), false, 'nothing half-written is visible');
    proxy.cut();
  }
  await watching.event('idle');
  await watching.stop('SIGINT');
  assert.equal(hashOf(join(local, 'large')), content);
  t.diagnostic(`${proxy.received} bytes for ${SIZE}`);
  assert.ok(proxy.received <= MOST, `${proxy.received} bytes came, at most ${MOST} were to`);
});

test('“get” that breaks ten times goes on each time it is repeated (row 10)', async (t) => {
  const { home, proxy, content, start } = await setUp(t, 'server');
  const get = (): Running => start('get', 'large', 'back/large');
  for (let broken = 0; broken < BREAKS; broken++) {
    const running = get();
    await proxy.untilReceived(SIZE / (BREAKS + 1));
    proxy.cut();
    const { status, stderr } = await running.ended;
    assert.equal(status, 3, stderr);
    assert.match(stderr, /the same command goes on from there/);
    assert.deepEqual(readdirSync(join(home, 'back')), ['.syncline'], 'nothing half-written is visible');
  }
  assert.equal((await get().ended).status, 0);
  assert.equal(hashOf(join(home, 'back/large')), content);
  assert.deepEqual(readdirSync(join(home, 'back')), ['large']);
  t.diagnostic(`${proxy.received} bytes for ${SIZE}`);
  assert.ok(proxy.received <= MOST, `${proxy.received} bytes came, at most ${MOST} were to`);
});

test('an upload that is cancelled half-way stops the traffic within a second and resumes (row 10)', async (t) => {
  const { server, proxy, content, start } = await setUp(t, 'local');
  const put = start('put', 'local/large', 'large');
  await proxy.untilSent(SIZE / 2);
  const asked = performance.now();
  put.child.kill('SIGINT');
  await proxy.until(() => proxy.open === 0);
  const took = performance.now() - asked;
  const { status, stderr } = await put.ended;
  assert.equal(status, 130, stderr);
  assert.match(stderr, /^Error: Cancelled\./);
  assert.ok(took < 1000, `the connection stood for ${took} ms`);
  assert.equal(existsSync(join(server.folder, 'large')), false);
  assert.ok(proxy.sent < SIZE * 0.75, 'what was under way is not sent to its end');
  const again = await start('put', 'local/large', 'large').ended;
  assert.equal(again.status, 0, again.stderr);
  assert.equal(hashOf(join(server.folder, 'large')), content);
  assert.ok(proxy.sent <= SIZE + AGAIN + SMALL + SIZE / 1000, `${proxy.sent} bytes in all`);
  t.diagnostic(`${Math.round(took)} ms; ${proxy.sent} bytes for ${SIZE}`);
});
