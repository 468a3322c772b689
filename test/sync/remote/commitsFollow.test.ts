import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { probe } from '../../../server/protocol/messages/session.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import type { ContentSource } from '../../../extension/sync/endpoint.ts';
import { RemoteEndpoint } from '../../../extension/sync/remote/remoteEndpoint.ts';
import { ShareFolder } from '../../../extension/sync/remote/shareFolder.ts';
import { HELLO, ServerDouble } from '../../support/serverDouble.ts';

/** Two operations go into a commit, and each commit waits until the test lets it be answered. */
async function setUp(t: TestContext) {
  const arrived: { names: string; answer: (error?: SynclineError) => void }[] = [];
  let [wake, rev] = [(): void => {}, 0];
  const server = new ServerDouble(() => ({
    hello: async () => ({ ...HELLO, limits: { ...HELLO.limits, operations: 2 } }),
    filesCommit: async ({ operations }) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const names = operations
        .map((operation) => (operation.kind === 'rename' ? operation.to : operation.path))
        .join(' ');
      arrived.push({ names, answer: (error) => (error ? reject(error) : resolve()) });
      wake();
      await promise;
      const results = operations.map(() => ({ status: 'done' as const, rev: ++rev }));
      return { results, cursor: { epoch: 'epoch-0001', rev } };
    },
  }));
  const client = await server.connect();
  t.after(() => client.close());
  const provider = { client: async () => client, current: client, onDidChangeClient: () => ({ dispose: () => {} }) };
  const journal: string[] = [];
  const endpoint = new RemoteEndpoint({
    folder: new ShareFolder('files', undefined),
    provider,
    known: null,
    journal: {
      add: () => journal.push('sent'),
      settle: () => journal.push('answered'),
      lose: () => journal.push('lost'),
    },
    log: () => {},
  });
  const done: string[] = [];
  const apply = (names: string): Promise<void> =>
    endpoint.apply(names.split(' ').map(makeDirectory), NOTHING, {
      onOutcome: (operation) => done.push(operation.kind === 'makeDirectory' ? operation.path : operation.kind),
    });
  /** Resolves when so many commits have arrived. */
  const commits = async (count: number): Promise<string[]> => {
    while (arrived.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return arrived.map(({ names }) => names);
  };
  return { client, arrived, commits, apply, done, journal };
}

const makeDirectory = (name: string): Operation => ({ kind: 'makeDirectory', path: parseWirePath(name) });

const NOTHING: ContentSource = {
  open: () => assert.fail('no content'),
  send: () => assert.fail('no content'),
  close() {},
};

test('a commit is on its way while the one before it is carried out, and no third', async (t) => {
  const { client, arrived, commits, apply, done } = await setUp(t);
  const applied = apply('a b c d e f g');
  assert.deepEqual(await commits(2), ['a b', 'c d']);
  // requests are taken in their order: a third commit would have arrived before this answer
  await client.request(probe, {});
  assert.equal(arrived.length, 2);
  arrived[0]?.answer();
  assert.deepEqual(await commits(3), ['a b', 'c d', 'e f']);
  arrived[1]?.answer();
  await commits(4);
  arrived[2]?.answer();
  arrived[3]?.answer();
  await applied;
  assert.deepEqual(done, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
});

test('after a commit that failed no other is sent, and what the one behind it did is told', async (t) => {
  const { arrived, commits, apply, done, journal } = await setUp(t);
  const applied = apply('a b c d e f');
  const failed = assert.rejects(applied, { code: 'DiskFull' });
  await commits(2);
  arrived[0]?.answer(new SynclineError('DiskFull'));
  arrived[1]?.answer();
  await failed;
  assert.deepEqual(done, ['c', 'd']);
  assert.deepEqual(journal, ['sent', 'sent', 'lost', 'answered']);
  assert.equal(arrived.length, 2);
});
