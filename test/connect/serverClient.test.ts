import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import * as files from '../../server/protocol/messages/files.ts';
import * as session from '../../server/protocol/messages/session.ts';
import { isSynclineError } from '../support/errors.ts';
import { HELLO, ServerDouble } from '../support/serverDouble.ts';

test('knows what the server said at hello', async () => {
  const client = await new ServerDouble().connect();
  assert.deepEqual(client.server, HELLO);
  client.close();
});

test('a wrong token is an error, and the connection is closed', async () => {
  const server = new ServerDouble();
  await assert.rejects(server.connect('guessed'), isSynclineError('Unauthorized'));
  assert.equal(await server.peer.closed, null);
});

test('a server that chooses a version nobody offered is refused', async () => {
  const server = new ServerDouble(() => ({ hello: () => Promise.resolve({ ...HELLO, version: 99 }) }));
  await assert.rejects(server.connect(), isSynclineError('VersionMismatch'));
});

test('calls beyond the limit of the server wait in line, and a probe passes them', async () => {
  let underWay = 0;
  let most = 0;
  const release: (() => void)[] = [];
  const server = new ServerDouble(() => ({
    hello: () => Promise.resolve({ ...HELLO, limits: { ...HELLO.limits, requests: 4 } }),
    computeAdd: async ({ values }) => {
      most = Math.max(most, ++underWay);
      await new Promise<void>((resolve) => release.push(resolve));
      underWay--;
      return { result: values.length };
    },
  }));
  const client = await server.connect();
  const calls = [1, 2, 3, 4, 5].map((count) => client.request(compute.add, { values: Array<number>(count).fill(1) }));
  assert.deepEqual(await client.request(session.probe, {}), { busy: 0 });
  assert.equal(underWay, 2);
  const answers = Promise.all(calls);
  for (let done = 0; done < 5; done++) {
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release.shift()?.();
  }
  assert.deepEqual(
    (await answers).map(({ result }) => result),
    [1, 2, 3, 4, 5],
  );
  assert.equal(most, 2);
  client.close();
});

test('a call in line can be cancelled, and the line moves on', async () => {
  const release: (() => void)[] = [];
  const server = new ServerDouble(() => ({
    hello: () => Promise.resolve({ ...HELLO, limits: { ...HELLO.limits, requests: 3 } }),
    computeAdd: async () => {
      await new Promise<void>((resolve) => release.push(resolve));
      return { result: 0 };
    },
  }));
  const client = await server.connect();
  const abort = new AbortController();
  const first = client.request(compute.add, { values: [] });
  const second = client.request(compute.add, { values: [] }, { signal: abort.signal });
  const third = client.request(compute.add, { values: [] });
  abort.abort();
  await assert.rejects(second, isSynclineError('Cancelled'));
  for (const call of [first, third]) {
    while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
    release.shift()?.();
    await call;
  }
  client.close();
});

test('tells its listeners what the server announces, until they leave', async () => {
  const server = new ServerDouble();
  const client = await server.connect();
  const heard: number[] = [];
  const listening = client.onFilesDidChange(({ cursor }) => heard.push(cursor.rev));
  const announce = (rev: number): void => {
    const cursor = { epoch: 'epoch-0001', rev };
    server.peer.notify(files.didChange, {
      share: 'files',
      from: { ...cursor, rev: rev - 1 },
      cursor,
      changes: [],
      truncated: false,
    });
  };
  announce(1);
  announce(2);
  await client.request(session.probe, {});
  listening.dispose();
  announce(3);
  await client.request(session.probe, {});
  assert.deepEqual(heard, [1, 2]);
  client.close();
});

test('answers the probe of the server', async () => {
  const server = new ServerDouble();
  const client = await server.connect();
  assert.deepEqual(await server.peer.request(session.probe, {}), { busy: 0 });
  client.close();
});

test('its end is told with the reason, or null when it was closed here', async () => {
  const [ours, theirs, cable] = [new ServerDouble(), new ServerDouble(), new ServerDouble()];
  const clients = await Promise.all([ours.connect(), theirs.connect(), cable.connect()]);
  clients[0].close();
  theirs.peer.close(new SynclineError('ServerStopping'));
  cable.clientLink.cut();
  const reasons = await Promise.all(clients.map(({ closed }) => closed));
  assert.deepEqual(
    reasons.map((reason) => reason?.code ?? null),
    [null, 'ServerStopping', 'ConnectionLost'],
  );
  await assert.rejects(clients[2].request(session.probe, {}), isSynclineError('ConnectionLost'));
});
