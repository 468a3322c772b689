import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { SynclineError } from '../../server/protocol/errors.ts';
import { Peer, type PeerOptions } from '../../server/protocol/peer.ts';
import { type MemoryLink, memoryLinks } from '../support/memoryLink.ts';
import { RecordingReceiver } from '../support/recordingReceiver.ts';
import { testNotification, testRequests } from '../support/testMessages.ts';

interface Raw {
  readonly peer: Peer;
  readonly link: MemoryLink;
  readonly receiver: RecordingReceiver;
  readonly logged: string[];
  /** Sends the texts, then a request that is answered last, and gives the answers before that one. */
  exchange(...texts: string[]): Promise<unknown[]>;
}

/** A peer whose other side is the test itself, frame by frame. */
function raw(t: TestContext, options: PeerOptions = {}, echo = async ({ text }: { text: string }) => ({ text })): Raw {
  const [link, peerLink] = memoryLinks();
  const logged: string[] = [];
  const peer = new Peer(peerLink, { log: (event) => logged.push(event), ...options });
  peer.serve(testRequests, { echo, wait: () => new Promise(() => {}) }, () => undefined);
  peer.onNotification(testNotification, () => {});
  const receiver = new RecordingReceiver();
  link.listen(receiver);
  peer.listen();
  t.after(async () => {
    peer.close();
    await receiver.end;
  });
  let seen = 0;
  const exchange = async (...texts: string[]): Promise<unknown[]> => {
    for (const text of texts) link.sendText(text);
    link.sendText('{"jsonrpc":"2.0","id":"last","method":"test/echo","params":{"text":"last"}}');
    const answers: unknown[] = [];
    for (;;) {
      const frame = (await receiver.frames(++seen))[seen - 1];
      const answer: unknown = JSON.parse(String(frame));
      if ((answer as { id?: unknown }).id === 'last') return answers;
      answers.push(answer);
    }
  };
  return { peer, link, receiver, logged, exchange };
}

const request = (id: unknown, method: string, params: unknown = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

const nested = (depth: number): unknown => (depth === 0 ? 'x' : [nested(depth - 1)]);

/** Of an answer: its id, and the number of its error or its result. */
const gist = (answer: unknown): unknown[] => {
  const { id, error, result } = answer as { id: unknown; error?: { code: number }; result?: unknown };
  return [id, error ? error.code : result];
};

describe('a peer answers what is malformed and lives on', () => {
  const cases: readonly (readonly [name: string, text: string, answer: unknown[] | null])[] = [
    ['no JSON', '{', [null, -32700]],
    ['nothing', '', [null, -32700]],
    ['a batch', `[${request(1, 'test/echo', { text: 'x' })}]`, [null, -32600]],
    ['an id that is null', request(null, 'test/echo', { text: 'x' }), [null, -32600]],
    ['no method', '{"jsonrpc":"2.0","id":3}', [3, -32600]],
    ['params by position', request(3, 'test/echo', [1]), [3, -32602]],
    ['a wrong param', request(3, 'test/echo', { text: 3 }), [3, -32602]],
    ['an illegal path', request(3, 'test/echo', { text: 'x', path: '../y' }), [3, 4101]],
    ['an unknown method', request(3, 'test/nothing'), [3, -32601]],
    ['a method that every object has', request(3, 'constructor'), [3, -32601]],
    ['the prototype', request(3, '__proto__'), [3, -32601]],
    ['a progress token that is an object', request(3, 'test/echo', { text: 'x', progressToken: {} }), [3, -32602]],
    ['an endless progress token', request(3, 'test/echo', { text: 'x', progressToken: 'x'.repeat(65) }), [3, -32602]],
    ['nesting', request(3, 'test/echo', { text: nested(80) }), [null, -32600]],
    ['a cancel without params', '{"jsonrpc":"2.0","method":"$/cancelRequest"}', null],
    ['a cancel of null', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":null}}', null],
    ['a cancel of nothing', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}}', null],
    ['a cancel by position', '{"jsonrpc":"2.0","method":"$/cancelRequest","params":[1]}', null],
    ['progress of nothing', '{"jsonrpc":"2.0","method":"$/progress","params":{"token":9,"value":1}}', null],
    ['progress without params', '{"jsonrpc":"2.0","method":"$/progress"}', null],
    ['a trace setting', '{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"verbose"}}', null],
    ['an unknown notification', '{"jsonrpc":"2.0","method":"test/unheard"}', null],
    ['a wrong notification', '{"jsonrpc":"2.0","method":"test/tell","params":{"number":"x"}}', null],
    ['credit for no transfer', '{"jsonrpc":"2.0","method":"content/credit","params":{"transfer":1,"upTo":1}}', null],
    ['a cancel of no transfer', '{"jsonrpc":"2.0","method":"content/cancel","params":{"transfer":1}}', null],
    ['an answer to nothing', '{"jsonrpc":"2.0","id":7,"result":{}}', null],
    ['an error to nothing', '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}', null],
    ['an answer of nothing', '{"jsonrpc":"2.0","id":7}', [7, -32600]],
  ];
  for (const [name, text, answer] of cases) {
    test(name, async (t) => {
      const { exchange } = raw(t);
      assert.deepEqual((await exchange(text)).map(gist), answer ? [answer] : []);
    });
  }

  test('a second request with the id of one that is under way', async (t) => {
    const { exchange } = raw(t);
    const answers = await exchange(
      request(5, 'test/wait'),
      request('5', 'test/wait'),
      request(5, 'test/echo', { text: 'x' }),
    );
    assert.deepEqual(answers.map(gist), [
      ['5', -32600],
      [5, -32600],
    ]);
  });

  test('an id that was used before and answered', async (t) => {
    const { exchange } = raw(t);
    const echo = request(5, 'test/echo', { text: 'x' });
    for (let turn = 0; turn < 3; turn++) assert.deepEqual((await exchange(echo)).map(gist), [[5, { text: 'x' }]]);
  });

  test('answers to its own requests that are wrong', async (t) => {
    const { peer, link, receiver } = raw(t);
    const answers = [
      '"result":{"text":7}',
      '"result":{}',
      '"error":{"code":4102,"message":"\\u001b[31m"}',
      '"error":{"code":12345,"message":"?"}',
    ];
    const told: string[] = [];
    for (const [index, answer] of answers.entries()) {
      const asked = peer.request(testRequests.echo, { text: 'x' });
      const sent = JSON.parse(String((await receiver.frames(index + 1))[index])) as { id: number };
      link.sendText(`{"jsonrpc":"2.0","id":${sent.id},${answer}}`);
      told.push(
        await asked.then(
          () => 'fine',
          (error: unknown) => `${(error as SynclineError).code} ${(error as SynclineError).message}`,
        ),
      );
    }
    assert.match(told[0] ?? '', /^Internal The answer to test\/echo/);
    assert.match(told[1] ?? '', /^Internal The answer to test\/echo/);
    assert.deepEqual(told.slice(2), ['NotFound \\u001b[31m', 'Internal ?']);
  });

  test('any sequence of messages', async (t) => {
    const id = fc.constantFrom(1, 'x', null, {}, -1, 1.5);
    const method = fc.constantFrom(
      'test/echo',
      'test/wait',
      'test/tell',
      '$/cancelRequest',
      '$/progress',
      'x',
      'content/credit',
      '$/logTrace',
    );
    const params = fc.oneof(
      fc.record(
        { id, token: id, value: fc.anything(), text: fc.string(), transfer: fc.nat(), upTo: fc.nat() },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    );
    const message = fc.record(
      { jsonrpc: fc.constantFrom('2.0', '1'), id, method, params, result: params, error: params },
      { requiredKeys: [] },
    );
    const { exchange } = raw(t);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            message.map((each) => JSON.stringify(each)),
            fc.string(),
          ),
        ),
        async (texts) => {
          await exchange(...texts);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('any sequence of binary frames', async (t) => {
    const { link, exchange } = raw(t);
    const header = fc.tuple(
      fc.nat(2),
      fc.nat(4),
      fc.constant(0),
      fc.nat(1),
      fc.nat(1),
      fc.constant(0),
      fc.constant(0),
      fc.nat(3),
    );
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(header, fc.uint8Array({ maxLength: 40 })).map(([head, rest]) => Uint8Array.from([...head, ...rest])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame), async (frames) => {
        for (const each of frames) link.sendBinary(each);
        await exchange();
      }),
      { numRuns: 200 },
    );
  });
});

describe('a handler that fails', () => {
  const secret = '/home/ann/secret';
  const thrown: readonly (readonly [name: string, thrown: unknown, code: number])[] = [
    ['with an error of the system', Object.assign(new Error(`ENOENT: ${secret}`), { code: 'ENOENT' }), -32603],
    ['with a text', secret, -32603],
    ['with nothing', undefined, -32603],
    ['with a coded error', new SynclineError('DiskFull', undefined, { cause: new Error(secret) }), 4206],
    ['with Internal, whose text is not meant to travel', new SynclineError('Internal', secret), -32603],
  ];
  for (const [name, error, code] of thrown) {
    test(`${name} tells the caller the code and nothing of this machine`, async (t) => {
      const { exchange, logged } = raw(t, {}, async ({ text }) => {
        if (text === 'fail') throw error;
        return { text };
      });
      const [answer] = await exchange(request(1, 'test/echo', { text: 'fail' }));
      assert.deepEqual(gist(answer), [1, code]);
      assert.ok(!JSON.stringify(answer).includes(secret));
      // the log of this side has the details
      assert.deepEqual(logged, error instanceof SynclineError ? [] : ['requestFailed']);
    });
  }

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  for (const [name, result] of [
    ['a BigInt', { text: 1n }],
    ['a cycle', cycle],
  ] as const) {
    test(`by answering ${name} still answers`, async (t) => {
      const { exchange, logged } = raw(
        t,
        {},
        async ({ text }) => (text === 'fail' ? result : { text }) as { text: string },
      );
      assert.deepEqual((await exchange(request(1, 'test/echo', { text: 'fail' }))).map(gist), [[1, -32603]]);
      assert.deepEqual(logged, ['answerNotSent']);
    });
  }
});

test('a binary frame before hello ends the connection', async (t) => {
  const { peer, link, receiver } = raw(t, { acceptFrames: () => false });
  link.sendBinary(Buffer.alloc(20));
  assert.equal((await peer.closed)?.code, 'HelloRequired');
  assert.deepEqual(await receiver.end, { code: 4001, reason: 'HelloRequired' });
});

test('a notification handler that throws harms nobody', async (t) => {
  const { peer, exchange, logged } = raw(t);
  peer.onNotification(testNotification, () => {
    throw new Error('oops');
  });
  assert.deepEqual(await exchange('{"jsonrpc":"2.0","method":"test/tell","params":{"number":1}}'), []);
  assert.deepEqual(logged, ['notificationFailed']);
});

test('an abort that a handler lets through is told as Cancelled', async (t) => {
  const [link, peerLink] = memoryLinks();
  const peer = new Peer(peerLink);
  peer.serve(
    { wait: testRequests.wait },
    {
      wait: (_, signal: AbortSignal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new DOMException('stopped in /home/ann', 'AbortError'))),
        ),
    },
    (_, { signal }) => signal,
  );
  const receiver = new RecordingReceiver();
  link.listen(receiver);
  peer.listen();
  t.after(() => peer.close());
  link.sendText(request(1, 'test/wait'));
  link.sendText('{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}');
  const [answer] = await receiver.frames(1);
  assert.deepEqual(JSON.parse(String(answer)), {
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32800, message: 'Cancelled.' },
  });
});
