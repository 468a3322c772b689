import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_MESSAGE_BYTES } from '../../server/protocol/limits.ts';
import type { IncomingCall, Peer } from '../../server/protocol/peer.ts';
import { Gate } from '../support/gate.ts';
import { memoryPeers, type Peers, socketPeers } from '../support/peers.ts';
import { testNotification, testRequests } from '../support/testMessages.ts';

const { echo, wait } = testRequests;

interface Far {
  readonly calls: IncomingCall[];
  readonly gate: Gate;
}

/** The far peer echoes; it holds `wait` at a gate and obeys its signal. */
function serve(peer: Peer): Far {
  const calls: IncomingCall[] = [];
  const gate = new Gate();
  peer.serve(
    testRequests,
    {
      echo: async ({ text }) => ({ text }),
      wait: async (_, call: IncomingCall) => {
        calls.push(call);
        const aborted = new Promise<never>((_resolve, reject) =>
          call.signal.addEventListener('abort', () => reject(call.signal.reason as SynclineError)),
        );
        await Promise.race([gate.pass(), aborted]);
        return { done: true };
      },
    },
    (_, call) => call,
  );
  return { calls, gate };
}

function listening<P extends Peers>(peers: P): P & { served: Far } {
  const served = serve(peers.far);
  serve(peers.near);
  peers.near.listen();
  peers.far.listen();
  return { ...peers, served };
}

const code = (expected: string) => (error: unknown) => error instanceof SynclineError && error.code === expected;

for (const [where, peers] of [
  ['in memory', async (t: TestContext) => listening(memoryPeers(t))],
  ['over a WebSocket', async (t: TestContext) => listening(await socketPeers(t))],
] as const) {
  describe(`two peers ${where}`, () => {
    test('call each other', async (t) => {
      const { near, far } = await peers(t);
      assert.deepEqual(await near.request(echo, { text: 'there' }), { text: 'there' });
      assert.deepEqual(await far.request(echo, { text: 'and back' }), { text: 'and back' });
    });

    test('answer a thousand calls at once, each with its own', async (t) => {
      const { near, far } = await peers(t);
      const ask = async (peer: Peer, n: number): Promise<void> => {
        assert.deepEqual(await peer.request(echo, { text: String(n) }), { text: String(n) });
      };
      await Promise.all(Array.from({ length: 500 }, (_, n) => [ask(near, n), ask(far, n)]).flat());
      assert.deepEqual([near.busy, far.busy], [0, 0]);
    });

    test('tell each other things in order', async (t) => {
      const { near, far } = await peers(t);
      const told: number[] = [];
      far.onNotification(testNotification, ({ number }) => told.push(number));
      for (let number = 0; number < 100; number++) near.notify(testNotification, { number });
      await near.request(echo, { text: 'all told' });
      assert.deepEqual(
        told,
        Array.from({ length: 100 }, (_, n) => n),
      );
    });

    test('cancel: the handler is aborted and the caller told at once', async (t) => {
      const { near, served } = await peers(t);
      const abort = new AbortController();
      const answer = near.request(wait, {}, { signal: abort.signal });
      await served.gate.arrived();
      const aborted = new Promise((resolve) => served.calls[0]?.signal.addEventListener('abort', resolve));
      abort.abort();
      await assert.rejects(answer, code('Cancelled'));
      await aborted;
      assert.ok(code('Cancelled')(served.calls[0]?.signal.reason));
    });

    test('end: pending calls fail, handlers are aborted, both hear of it', async (t) => {
      const { near, far, served } = await peers(t);
      const pending = [near.request(wait, {}), near.request(wait, {}, { deadlineMs: 0 })];
      await served.gate.arrived(2);
      near.close();
      for (const answer of pending) await assert.rejects(answer, code('ConnectionLost'));
      assert.equal(await near.closed, null);
      assert.equal(await far.closed, null);
      for (const { signal } of served.calls) assert.ok(code('ConnectionLost')(signal.reason));
    });

    test('end for a reason: the other side’s pending and later calls fail with it', async (t) => {
      const { near, far, served } = await peers(t);
      const pending = near.request(wait, {});
      await served.gate.arrived();
      far.close(new SynclineError('ServerStopping'));
      await assert.rejects(pending, code('ServerStopping'));
      assert.equal((await near.closed)?.code, 'ServerStopping');
      assert.equal((await far.closed)?.code, 'ServerStopping');
      await assert.rejects(near.request(echo, { text: 'late' }), code('ServerStopping'));
      near.notify(testNotification, { number: 1 });
    });

    test('report progress to a caller who asked', async (t) => {
      const { near, served } = await peers(t);
      const reports: unknown[] = [];
      const answer = near.request(wait, {}, { onProgress: (report) => reports.push(report) });
      const silent = near.request(wait, {});
      await served.gate.arrived(2);
      for (const call of served.calls) {
        call.progress({ done: 1, total: null });
        call.progress({ done: 2, total: 2 });
      }
      served.gate.open();
      await Promise.all([answer, silent]);
      for (const call of served.calls) call.progress({ done: 3, total: 3 });
      await near.request(echo, { text: 'whatever was sent has come' });
      assert.deepEqual(reports, [
        { done: 1, total: null },
        { done: 2, total: 2 },
      ]);
    });

    test('refuse to send what is longer than a message may be, and live on', async (t) => {
      const { near, far } = await peers(t);
      const text = 'x'.repeat(MAX_MESSAGE_BYTES);
      await assert.rejects(near.request(echo, { text }), code('TooLarge'));
      // an answer that is too long: the request fits, the answer is made longer
      far.serve({ echo }, { echo: async () => ({ text }) }, () => undefined);
      await assert.rejects(near.request(echo, { text: 'short' }), code('TooLarge'));
      near.agree({ ...LIMITS, messageBytes: 100 });
      await assert.rejects(near.request(echo, { text: 'x'.repeat(100) }), code('TooLarge'));
    });
  });
}

describe('a peer', () => {
  test('gives up a call at once when it was cancelled before it was made', async (t) => {
    const { near, nearLink } = listening(memoryPeers(t));
    await assert.rejects(near.request(echo, { text: 'x' }, { signal: AbortSignal.abort() }), code('Cancelled'));
    assert.deepEqual(nearLink.sent, []);
  });

  test('hands on the reason for which a call was aborted', async (t) => {
    const { near } = listening(memoryPeers(t));
    const signal = AbortSignal.abort(new SynclineError('TransferStalled'));
    await assert.rejects(near.request(echo, { text: 'x' }, { signal }), code('TransferStalled'));
  });

  test('gives up at the deadline, which aborts the handler', async (t) => {
    const { near, served } = listening(memoryPeers(t));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const answer = near.request(wait, {}, { deadlineMs: 1000 });
    const patient = near.request(wait, {}, { deadlineMs: 0 });
    await served.gate.arrived(2);
    const aborted = new Promise((resolve) => served.calls[0]?.signal.addEventListener('abort', resolve));
    t.mock.timers.tick(999);
    assert.ok(!served.calls[0]?.signal.aborted);
    t.mock.timers.tick(1);
    await assert.rejects(answer, code('DeadlineExceeded'));
    await aborted;
    t.mock.timers.tick(1_000_000_000);
    served.gate.open();
    assert.deepEqual(await patient, { done: true });
  });

  test('counts the deadline anew with every sign of progress', async (t) => {
    const { near, served } = listening(memoryPeers(t));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const reported = new Gate();
    const answer = near.request(wait, {}, { deadlineMs: 1000, onProgress: () => void reported.pass() });
    await served.gate.arrived();
    for (let sign = 1; sign <= 5; sign++) {
      t.mock.timers.tick(900);
      served.calls[0]?.progress({ done: sign, total: 5 });
      await reported.arrived(sign);
    }
    t.mock.timers.tick(1000);
    await assert.rejects(answer, code('DeadlineExceeded'));
  });

  test('leaves no listener behind on a signal that outlives the call', async (t) => {
    const { near } = listening(memoryPeers(t));
    const signal = new AbortController().signal;
    let listeners = 0;
    t.mock.method(signal, 'addEventListener', () => listeners++);
    t.mock.method(signal, 'removeEventListener', () => listeners--);
    await near.request(echo, { text: 'x' }, { signal });
    assert.equal(listeners, 0);
  });

  test('refuses an answer that is not what the protocol says', async (t) => {
    const { near, far } = memoryPeers(t);
    far.serve({ echo }, { echo: async () => ({ text: 7 }) as never }, () => undefined);
    near.listen();
    far.listen();
    await assert.rejects(near.request(echo, { text: 'x' }), { code: 'Internal', message: /answer to test\/echo/ });
  });

  test('asks the gate before it looks at the params', async (t) => {
    const { near, far } = memoryPeers(t);
    const admit = (): void => {
      throw new SynclineError('HelloRequired');
    };
    far.serve(testRequests, { echo: async () => ({ text: '' }), wait: async () => ({ done: true }) }, () => 0, {
      admit,
    });
    near.listen();
    far.listen();
    await assert.rejects(near.request(echo, { text: 7 } as never), code('HelloRequired'));
  });

  test('works on so many requests at a time and makes others wait, in order; answers and cancels pass by', async (t) => {
    const { near, far, logged } = memoryPeers(t, { maxParallelism: 2 });
    const { calls, gate } = serve(far);
    serve(near);
    near.listen();
    far.listen();
    const abort = new AbortController();
    const held = [near.request(wait, {}, { signal: abort.signal }), near.request(wait, {})];
    await gate.arrived(2);
    let answered = false;
    const waiting = near.request(echo, { text: 'waits' }).then(() => (answered = true));
    assert.deepEqual(await far.request(echo, { text: 'passes' }), { text: 'passes' });
    assert.equal(answered, false);
    abort.abort();
    await assert.rejects(held[0] as Promise<unknown>, code('Cancelled'));
    await waiting;
    assert.equal(calls.length, 2);
    gate.open();
    await held[1];
    assert.deepEqual(logged, []);
  });

  test('cancels a request that still waits in line', async (t) => {
    const { near, far } = memoryPeers(t, { maxParallelism: 1 });
    const { calls, gate } = serve(far);
    near.listen();
    far.listen();
    const first = near.request(wait, {});
    await gate.arrived();
    const abort = new AbortController();
    const second = near.request(wait, {}, { signal: abort.signal });
    const told = new Gate();
    far.onNotification(testNotification, () => void told.pass());
    abort.abort();
    near.notify(testNotification, { number: 1 });
    await assert.rejects(second, code('Cancelled'));
    await told.arrived();
    gate.open();
    await first;
    await near.request(echo, { text: 'everything before has been dealt with' });
    assert.equal(calls.length, 1);
    assert.equal(far.busy, 0);
  });

  test('answers TooMany to more than it takes', async (t) => {
    const { near, far } = memoryPeers(t, { maxRequests: 3 });
    const { gate } = serve(far);
    near.listen();
    far.listen();
    const held = [1, 2, 3].map(() => near.request(wait, {}));
    await gate.arrived(3);
    await assert.rejects(near.request(echo, { text: 'x' }), code('TooMany'));
    gate.open();
    await Promise.all(held);
    await near.request(echo, { text: 'x' });
  });

  test('ends when the other side reads nothing', async (t) => {
    const { near, far, nearLink } = memoryPeers(t);
    near.listen();
    far.listen();
    nearLink.hold();
    const text = 'x'.repeat(4_000_000);
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 20; n++) calls.push(near.request(echo, { text }).catch((error: unknown) => error));
    assert.equal((await near.closed)?.code, 'TooMany');
    for (const error of await Promise.all(calls)) assert.ok(code('TooMany')(error));
  });
});

const LIMITS = {
  messageBytes: MAX_MESSAGE_BYTES,
  framePayload: 262_144,
  initialCredit: 1_048_576,
  transfers: 32,
  transferContents: 4096,
  operations: 2048,
  page: 5000,
  requests: 1024,
  values: 1_000_000,
};
