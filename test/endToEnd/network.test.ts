import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { systemClock } from '../../extension/connect/clock.ts';
import { connect } from '../../extension/connect/connect.ts';
import { Connection, PROBE_EVERY_MS } from '../../extension/connect/connection.ts';
import { uploadFile } from '../../extension/connect/copy/uploadFile.ts';
import { fileContent } from '../../extension/connect/fileContent.ts';
import { RemoteFiles } from '../../extension/connect/remoteFiles.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { TargetSync } from '../../extension/sync/syncTarget.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { Entry, FileEntry } from '../../server/protocol/entry.ts';
import type { ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { STALL_MS } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ResultOf } from '../../server/protocol/messages/message.ts';
import { probe } from '../../server/protocol/messages/session.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { isSynclineError } from '../support/errors.ts';
import { HastyClock } from '../support/network/hastyClock.ts';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { CLI, Running, ServerProcess } from '../support/programs.ts';
import { RawClient } from '../support/rawClient.ts';
import { pseudoRandom } from '../support/realTree.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** Times as fast as a real one the client's clock goes: 20 s without an answer take one. */
const HASTE = 20;

const LARGE = pseudoRandom('a large file', 24 * 1024 * 1024);
const LARGE_PART = { content: contentIdOf(LARGE), size: LARGE.length, from: 0 };

interface Setup {
  readonly home: string;
  readonly server: ServerProcess;
  readonly proxy: FaultProxy;
  readonly connection: Connection;
}

async function setUp(t: TestContext): Promise<Setup> {
  const home = temporaryFolder(t);
  const server = await ServerProcess.start(t, home);
  const proxy = await FaultProxy.start(t, server.url);
  const connection = new Connection({
    connect: (signal) => connect({ url: proxy.url, ...identity(server) }, { signal, deadlineMs: 2_000 }),
    share: 'files',
    keepTrying: true,
    clock: new HastyClock(HASTE),
  });
  t.after(() => connection.close());
  return { home, server, proxy, connection };
}

const identity = ({ token }: ServerProcess): { token: string; clientName: string; clientVersion: string } => ({
  token,
  clientName: 'test',
  clientVersion: '1',
});

/** A folder in continuous sync through the proxy. */
async function watching(t: TestContext, { home, connection }: Setup) {
  const root = join(home, 'local');
  mkdirSync(root);
  const state = { root, share: 'files', mode: 'two-way' as const, stateDirectory: join(home, 'base') };
  const sync = await TargetSync.open({ ...state, provider: connection });
  t.after(() => sync.close());
  await sync.start();
  /** Resolves when the state is of this kind. */
  const reaches = (kind: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (sync.state.kind !== kind) return;
        listening.dispose();
        resolve();
      };
      const listening = sync.onDidChangeState(check);
      check();
    });
  await reaches('inSync');
  return { root, sync, reaches };
}

/** Resolves when the server's folder holds the text; the run's own limit is the deadline. */
async function arrives(server: ServerProcess, name: string, text: string): Promise<void> {
  const file = join(server.folder, name);
  while (!existsSync(file) || readFileSync(file, 'utf8') !== text) await new Promise((go) => setTimeout(go, 5));
}

type Fault = (proxy: FaultProxy) => void;

const FAULTS: Readonly<Record<string, Fault>> = {
  'a cut': (proxy) => {
    proxy.refuses = true;
    proxy.cut();
  },
  'a connection that one side has closed without a word to the other': (proxy) => proxy.halfClose(),
  'a peer that answers pings and no request': (proxy) => proxy.set({ blackHole: true }),
  'a network that swallows everything': (proxy) => proxy.set({ deaf: true }),
};

for (const [fault, happen] of Object.entries(FAULTS)) {
  test(`${fault} is noticed, shown, and over by itself when the network is well again (row 6)`, async (t) => {
    const setup = await setUp(t);
    const { server, proxy, connection } = setup;
    const { root, reaches } = await watching(t, setup);
    const before = connection.current;
    happen(proxy);
    writeFileSync(join(root, 'a'), fault);
    await reaches('offline');
    assert.notEqual(connection.current, before);
    proxy.heal();
    writeFileSync(join(root, 'b'), `${fault}, later`);
    await arrives(server, 'a', fault);
    await arrives(server, 'b', `${fault}, later`);
    writeFileSync(join(server.folder, 'c'), 'from the server');
    while (!existsSync(join(root, 'c'))) await new Promise((go) => setTimeout(go, 5));
    await reaches('inSync');
  });
}

test('the peer of these tests that answers no request does answer pings', async (t) => {
  const { server, proxy } = await setUp(t);
  const raw = await RawClient.hello(proxy.url, server.token);
  t.after(() => raw.close());
  proxy.set({ blackHole: true });
  const answer = raw.request('session/probe', {}).then(() => 'answer');
  raw.socket.ping('are you there?');
  const pong = (await once(raw.socket, 'pong')) as [Buffer];
  assert.equal(pong[0].toString(), 'are you there?');
  assert.equal(await Promise.race([answer, Promise.resolve('silence')]), 'silence');
});

test('every kind of call settles with a code, whatever the link does (row 6)', async (t) => {
  const settles = async ([fault, happen]: [string, Fault]): Promise<void> => {
    const { home, proxy, connection } = await setUp(t);
    const client = await connection.client();
    const large = join(home, 'large');
    writeFileSync(large, LARGE);
    proxy.set({ bytesPerSecond: 10_000_000 });
    const upload = codeOf(client.upload('files', [fileContent(large, 'large', LARGE_PART)]));
    await proxy.untilSent(4 * 1024 * 1024);
    happen(proxy);
    const { content: id, size } = LARGE_PART;
    const calls: Readonly<Record<string, Promise<unknown>>> = {
      list: client.request(files.list, { share: 'files' }),
      changes: client.request(files.changes, { share: 'files' }),
      missing: client.request(content.missing, { share: 'files', contents: [{ content: id, size }] }),
      probe: client.request(probe, {}, { deadlineMs: 500 }),
      commit: client.request(files.commit, {
        share: 'files',
        id: 'settled-or-not',
        operations: [{ kind: 'makeDirectory', path: parseWirePath('d') }],
      }),
      download: client.download('files', [LARGE_PART], nowhere),
    };
    const codes = { upload, ...Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, codeOf(call)])) };
    const begun = performance.now();
    for (const [name, settled] of Object.entries(codes)) {
      const code = await settled;
      assert.ok(SETTLED.has(code), `${fault}: ${name} settled with ${code}`);
    }
    assert.ok(performance.now() - begun < (PROBE_EVERY_MS + STALL_MS) / HASTE + 10_000, fault);
    connection.close();
  };
  await Promise.all(Object.entries(FAULTS).map(settles));
});

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => (error as SynclineError).code,
  );

/** All of them may be lost; what was answered before the fault came is done. */
const SETTLED: ReadonlySet<string> = new Set<ErrorName | 'done'>([
  'ConnectionLost',
  'DeadlineExceeded',
  'TransferStalled',
  'Cancelled',
  'ContentGone',
  'done',
]);

const nowhere: ContentSink = {
  open: () =>
    Promise.resolve({
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    }),
};

test('after 30 minutes without a word, behind a router that forgets, the next save arrives by itself (row 7)', async (t) => {
  const setup = await setUp(t);
  const { server, proxy, connection } = setup;
  const { root, sync } = await watching(t, setup);
  const before = connection.current;
  proxy.forget();
  writeFileSync(join(root, 'saved'), 'after the break');
  sync.notifySaved(join(root, 'saved'));
  await arrives(server, 'saved', 'after the break');
  assert.notEqual(connection.current, before);
  assert.equal(connection.state.kind, 'online');
});

/** In one round trip, where `expect` is believed to be. */
function putAtOnce(client: ServerClient, file: string, expect: Entry | null): Promise<ResultOf<typeof files.commit>> {
  const entry = entryOf(file);
  const operation: files.Operation = { kind: 'put', path: parseWirePath('f'), entry, expect };
  return client.uploadAndCommit('files', [fileContent(file, 'f', entry)], {
    id: randomUUID(),
    operations: [operation],
  });
}

function entryOf(file: string): FileEntry {
  const bytes = readFileSync(file);
  return { kind: 'file', content: contentIdOf(bytes), size: bytes.length, executable: false };
}

// these wait much and work little
describe('a network that is merely bad', { concurrency: 3 }, () => {
  test('a long way is no fault: nothing is given up, and everything arrives', async (t) => {
    const far = async (delayMs: number): Promise<void> => {
      const { home, server, proxy } = await setUp(t);
      const connection = new Connection({
        connect: (signal) => connect({ url: proxy.url, ...identity(server) }, { signal }),
        keepTrying: false,
        clock: systemClock,
      });
      t.after(() => connection.close());
      proxy.set({ delayMs });
      const client = await connection.client();
      const file = join(home, 'far');
      writeFileSync(file, pseudoRandom('far', 200_000));
      const { results } = await putAtOnce(client, file, null);
      assert.equal(results[0]?.status, 'done');
      assert.ok(readFileSync(join(server.folder, 'f')).equals(readFileSync(file)));
      assert.equal(connection.current, client);
    };
    await Promise.all([50, 500, 2_000].map(far));
  });

  test('on a trickle the connection is kept while contents fill it, however long a probe has to wait', async (t) => {
    const { home, proxy, connection } = await setUp(t);
    const client = await connection.client();
    // by the client's clock this is 20 KB a second, and a probe waits behind many seconds of contents
    proxy.set({ bytesPerSecond: 400_000 });
    const file = join(home, 'trickled');
    writeFileSync(file, LARGE.subarray(0, 1_300_000));
    await uploadFile(new RemoteFiles(client, { share: 'files' }), file, parseWirePath('trickled'));
    assert.equal(connection.current, client);
  });

  test('bytes of an old connection that arrive after the new one is up change nothing (old or new)', async (t) => {
    const { home, server, proxy, connection } = await setUp(t);
    const client = await connection.client();
    const [first, second, third] = ['first', 'second', 'third'].map((name) => {
      writeFileSync(join(home, name), pseudoRandom(name, 200_000));
      return join(home, name);
    }) as [string, string, string];
    await putAtOnce(client, first, null);
    // “second” and its commit are on their way when the connection breaks …
    proxy.set({ held: true });
    const lost = codeOf(putAtOnce(client, second, entryOf(first)));
    await proxy.untilSent(200_000);
    const deliver = proxy.strand();
    assert.equal(await lost, 'ConnectionLost');
    proxy.heal();
    // … a new one is up, and something else is put there …
    const again = await connection.client();
    assert.equal((await putAtOnce(again, third, entryOf(first))).results[0]?.status, 'done');
    // … before the old bytes arrive
    deliver();
    await proxy.until(() => proxy.open === 1);
    assert.ok(readFileSync(join(server.folder, 'f')).equals(readFileSync(third)));
    assert.equal(connection.current, again);
  });
});

test('cancel takes effect within a second whatever the link does (row 10)', async (t) => {
  const cancels = async ([fault, happen]: [string, Fault]): Promise<void> => {
    const { home, proxy, connection } = await setUp(t);
    const client = await connection.client();
    const large = join(home, 'large');
    writeFileSync(large, LARGE);
    proxy.set({ bytesPerSecond: 10_000_000 });
    const cancel = new AbortController();
    const { signal } = cancel;
    const settled = codeOf(client.upload('files', [fileContent(large, 'large', LARGE_PART)], { signal }));
    const asking = codeOf(client.request(files.list, { share: 'files' }, { signal }));
    await proxy.untilSent(4 * 1024 * 1024);
    happen(proxy);
    const asked = performance.now();
    cancel.abort();
    const code = await settled;
    await asking;
    const took = performance.now() - asked;
    assert.ok(code === 'Cancelled' || code === 'ConnectionLost', `${fault}: ${code}`);
    assert.ok(took < 1_000, `${fault}: ${took} ms`);
    if (fault === NO_FAULT) await noMoreTraffic(proxy, client);
    connection.close();
  };
  await Promise.all(Object.entries<Fault>({ ...FAULTS, [NO_FAULT]: () => {} }).map(cancels));
});

const NO_FAULT = 'a link that works';

/** Within a second: what was sent before an answered request is through, and then nothing follows. */
async function noMoreTraffic(proxy: FaultProxy, client: ServerClient): Promise<void> {
  const begun = performance.now();
  await client.request(probe, {});
  assert.ok(performance.now() - begun < 1_000);
  const { sent } = proxy;
  await client.request(probe, {});
  assert.ok(proxy.sent - sent < 1_000, `${proxy.sent - sent} bytes after the end`);
}

test('a slow reader slows only itself', async (t) => {
  const { home, server, proxy, connection } = await setUp(t);
  const large = join(home, 'large');
  writeFileSync(large, LARGE);
  const direct = await connect({ url: server.url, ...identity(server) });
  t.after(() => direct.close());
  const remote = new RemoteFiles(direct, { share: 'files' });
  await uploadFile(remote, large, parseWirePath('large'));
  const slow = await connection.client();
  proxy.set({ bytesPerSecond: 200_000 });
  const never = new AbortController();
  const crawling = slow.download('files', [LARGE_PART], nowhere, { signal: never.signal });
  await proxy.untilReceived(300_000);
  const begun = performance.now();
  await direct.download('files', [LARGE_PART], nowhere);
  writeFileSync(join(home, 'small'), 'small');
  await uploadFile(remote, join(home, 'small'), parseWirePath('small'));
  assert.ok(proxy.received < LARGE.length / 4, 'the slow one is still at it');
  t.diagnostic(`beside a slow reader: ${Math.round(performance.now() - begun)} ms for 24 MiB and a save`);
  const { rss } = memoryOf(server);
  assert.ok(rss < 400 * 1024 * 1024, `${rss} bytes`);
  never.abort();
  await assert.rejects(crawling, isSynclineError('Cancelled'));
});

function memoryOf(server: ServerProcess): { rss: number } {
  const status = readFileSync(`/proc/${server.running.child.pid}/status`, 'utf8');
  return { rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024 };
}

test('a person is told what broke and what to do next, and a program when it is tried again', async (t) => {
  const { home, server, proxy } = await setUp(t);
  mkdirSync(join(home, 'local'));
  const target = `${proxy.url}/files`;
  const watch = new Running(CLI, ['sync', join(home, 'local'), target, '--watch', '--json'], { env: server.env() });
  t.after(() => watch.stop('SIGINT'));
  await watch.event('idle');
  proxy.refuses = true;
  proxy.cut();
  const offline = await watch.event('offline');
  assert.equal(offline['code'], 'ConnectionLost');
  assert.ok(Number(offline['retryInMs']) >= 0 && Number(offline['retryInMs']) <= 15_000);
  const { attempts } = proxy;
  await proxy.until(() => proxy.attempts >= attempts + 2);
  proxy.heal();
  await watch.event('online');
  writeFileSync(join(home, 'local', 'x'), 'x');
  await arrives(server, 'x', 'x');
});
