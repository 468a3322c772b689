import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, PROBE_EVERY_MS } from '../../extension/connect/connection.ts';
import type { ServerClient } from '../../extension/connect/serverClient.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as content from '../../server/protocol/messages/content.ts';
import { isSynclineError } from '../support/errors.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { ServerDouble, TOKEN } from '../support/serverDouble.ts';

interface Setup {
  readonly keepTrying?: boolean | 'onceOnline';
  readonly share?: string;
  readonly token?: string;
  /** What each attempt meets; the last one goes for all later ones. */
  readonly servers?: readonly (() => ServerDouble)[];
}

function setUp({ keepTrying = true, share, token = TOKEN, servers = [() => new ServerDouble()] }: Setup = {}) {
  const clock = new FakeClock();
  const met: ServerDouble[] = [];
  let attempts = 0;
  const connect = async (): Promise<ServerClient> => {
    const server = (servers[attempts++] ?? servers.at(-1) ?? down)();
    met.push(server);
    return server.connect(token);
  };
  const connection = new Connection({ connect, keepTrying, clock, random: () => 1, ...(share && { share }) });
  /** Resolves when the connection is in this state. */
  const reaches = (kind: string): Promise<void> =>
    new Promise((resolve) => {
      if (connection.state.kind === kind) return resolve();
      const listening = connection.onDidChangeState((state) => {
        if (state.kind !== kind) return;
        listening.dispose();
        resolve();
      });
    });
  return { clock, met, connection, reaches };
}

function down(): ServerDouble {
  throw new SynclineError('ConnectionFailed');
}

test('connects when a client is first asked for, and gives the same one to all', async () => {
  const { connection, met } = setUp();
  assert.equal(connection.current, null);
  const [one, two] = await Promise.all([connection.client(), connection.client()]);
  assert.equal(one, two);
  assert.equal(one, connection.current);
  assert.equal(met.length, 1);
  connection.close();
});

test('comes back after the cable was pulled, and says so', async () => {
  const { clock, connection, met, reaches } = setUp();
  const seen: (boolean | null)[] = [];
  connection.onDidChangeClient((client) => seen.push(client && true));
  const first = await connection.client();
  met[0]?.clientLink.cut();
  await reaches('waiting');
  assert.equal((await first.closed)?.code, 'ConnectionLost');
  clock.advance(250);
  await reaches('online');
  assert.notEqual(connection.current, first);
  assert.deepEqual(seen, [true, null, true]);
  connection.close();
});

test('tries at once when a client is wanted during a wait', async () => {
  const { connection, reaches } = setUp({ servers: [down, () => new ServerDouble()] });
  void connection.client().catch(() => {});
  await reaches('waiting');
  assert.ok(await connection.client());
  connection.close();
});

test('those who wait learn of a wrong token', async () => {
  const { connection } = setUp({ token: 'guessed' });
  await assert.rejects(connection.client(), isSynclineError('Unauthorized'));
  await assert.rejects(connection.client(), isSynclineError('Unauthorized'));
});

test('a share that the server lacks is named beside those it has', async () => {
  const { connection, met } = setUp({ share: 'photos' });
  await assert.rejects(connection.client(), isSynclineError('UnknownShare', { message: /“photos”.*files/ }));
  assert.equal((await met[0]?.peer.closed) ?? null, null);
});

test('a command that runs once ends with the first failure', async () => {
  const { connection } = setUp({ keepTrying: false, servers: [down] });
  await assert.rejects(connection.client(), isSynclineError('ConnectionFailed'));
});

test('waiting ends by signal, by deadline and by close', async () => {
  const { clock, connection, reaches } = setUp({ servers: [down] });
  const abort = new AbortController();
  const cancelled = connection.client({ signal: abort.signal });
  abort.abort();
  await assert.rejects(cancelled, isSynclineError('Cancelled'));
  const late = connection.client({ deadlineMs: 100 });
  await reaches('waiting');
  clock.advance(100);
  await assert.rejects(late, isSynclineError('ConnectionFailed'));
  const closed = connection.client();
  connection.close();
  await assert.rejects(closed, isSynclineError('Cancelled'));
});

test('a server that takes packets but answers no request is given up', async () => {
  const silent = (): ServerDouble => new ServerDouble(() => ({ probe: () => new Promise(() => {}) }));
  const { clock, connection, reaches } = setUp({ servers: [silent, () => new ServerDouble()] });
  const first = await connection.client();
  clock.advance(PROBE_EVERY_MS + 10_000);
  await reaches('waiting');
  assert.equal(await first.closed, null);
  clock.advance(250);
  await reaches('online');
  connection.close();
});

test('an answer that is late because other things come first is waited for, but not for ever', async () => {
  const talking: ServerDouble = new ServerDouble(() => ({ probe: () => new Promise(() => {}) }));
  const { clock, connection, reaches } = setUp({ servers: [() => talking] });
  const client = await connection.client();
  clock.advance(PROBE_EVERY_MS);
  for (let seconds = 0; seconds < 117; seconds += 9) {
    const before = client.traffic.received;
    talking.peer.notify(content.credit, { transfer: 1, upTo: 1 });
    await until(() => client.traffic.received > before);
    clock.advance(9_000);
    assert.equal(connection.current, client, `${seconds} s`);
  }
  clock.advance(3_000);
  await reaches('waiting');
  connection.close();
});

test('a server that answers is asked again and again, and kept', async () => {
  let probes = 0;
  const answering = (): ServerDouble => new ServerDouble(() => ({ probe: () => Promise.resolve({ busy: probes++ }) }));
  const { clock, connection } = setUp({ servers: [answering] });
  const client = await connection.client();
  for (let round = 1; round <= 3; round++) {
    clock.advance(PROBE_EVERY_MS);
    await until(() => probes === round && clock.next === PROBE_EVERY_MS);
  }
  assert.equal(connection.current, client);
  connection.close();
});

test('nothing is left to wait for after close', async () => {
  const { clock, connection, met } = setUp();
  await connection.client();
  connection.close();
  assert.equal(clock.next, undefined);
  assert.equal(await met[0]?.peer.closed, null);
});

/** Turns of the event loop until something has come about; the run's own limit is the deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
