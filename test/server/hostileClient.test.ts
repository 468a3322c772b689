import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { ERRORS } from '../../server/protocol/errors.ts';
import { notificationsToServer, requestsToServer } from '../../server/protocol/messages/api.ts';
import type { RequestMessage } from '../../server/protocol/messages/message.ts';
import { listing } from '../support/compareTrees.ts';
import { arbitraryFrame, arbitraryOf, type Vocabulary } from '../support/fuzz/arbitraryMessage.ts';
import { RawClient } from '../support/rawClient.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const TEXTS = ['one', 'two', 'outside'].map((text) => Buffer.from(text));

const WORDS: Vocabulary = {
  paths: ['a', 'd', 'd', 'd', 'd/a', 'd/e/f', 'link', 'link/secret', 'link/new', 'up', 'up/x', 'A'],
  contents: [...TEXTS.map((bytes) => contentIdOf(bytes)), 'e'.repeat(64)],
  texts: [
    'pieces-have-22-letters',
    ...Array.from({ length: 12 }, () => 'files'),
    'add',
    'sort',
    '../..',
    '../outside',
    '/etc',
    'request-0001',
    'epoch-0001',
  ],
  numbers: [0, 1, 2, 3, 7, 5000],
};

/** Answered when something else has happened, or when the job has ended. */
const WAITING: ReadonlySet<RequestMessage> = new Set<RequestMessage>([
  requestsToServer.contentUpload,
  requestsToServer.contentDownload,
  requestsToServer.jobsResult,
  requestsToServer.computeSortNumbers,
  requestsToServer.filesCommit,
]);

/** The others need what only luck would give: the bytes of a content, a job's id, a revision. */
const OFTEN_DONE = ['files/list', 'files/stat', 'files/changes', 'files/watch', 'files/commit', 'content/missing'];

const MOST_RSS = 700 * 1024 * 1024;

test('whatever a client sends, no server falls, grows without bound or touches what is outside its share', async (t) => {
  const home = temporaryFolder(t);
  const [directory, outside] = [join(home, 'share'), join(home, 'outside')];
  for (const folder of [directory, outside, join(directory, 'd')]) mkdirSync(folder);
  writeFileSync(join(outside, 'secret'), 'secret');
  writeFileSync(join(directory, 'a'), TEXTS[0] as Buffer);
  symlinkSync('../outside', join(directory, 'link'));
  symlinkSync('..', join(directory, 'up'));
  const server = await startServer(t, { directory });
  const withoutShare = (): string[] => listing(home, { contents: true }).filter((line) => !line.startsWith('share/'));
  const before = withoutShare();
  let client = await RawClient.hello(server.url, server.token);
  t.after(() => client.close());
  let ids = 0;
  let answered = 0;
  /** Calls by method that were not refused: the others prove little. */
  const done = new Map<string, number>();

  const requests = Object.values<RequestMessage>(requestsToServer).filter(
    ({ method }) => method !== requestsToServer.hello.method,
  );
  const request = fc.oneof(
    ...requests.map((message) =>
      fc
        .constantFrom(0, 3, 15)
        .chain((hostility) => arbitraryOf(message.params, WORDS, hostility).map((params) => ({ message, params }))),
    ),
  );
  const notification = fc.oneof(
    ...Object.values(notificationsToServer).map(({ method, params }) =>
      arbitraryOf(params, WORDS, 10).map((value) => JSON.stringify({ jsonrpc: '2.0', method, params: value })),
    ),
  );
  const sent = fc.oneof(
    { weight: 6, arbitrary: request },
    { weight: 1, arbitrary: notification },
    { weight: 2, arbitrary: arbitraryFrame },
  );

  /** Sends all of them, and checks that whatever is answered on the call has been, and that a probe is. */
  const send = async (each: readonly (Buffer | string | { message: RequestMessage; params: unknown })[]) => {
    const answers: Promise<unknown>[] = [];
    for (const one of each) {
      if (typeof one === 'string' || Buffer.isBuffer(one)) client.socket.send(one);
      else {
        const id = `fuzz-${++ids}`;
        const { method } = one.message;
        const answer = client.answerTo(id, JSON.stringify({ jsonrpc: '2.0', id, method, params: one.params }));
        void answer.then(({ error }) => {
          if (!error) done.set(method, (done.get(method) ?? 0) + 1);
          assert.notEqual(error?.code, ERRORS.Internal.code, `${method} ${JSON.stringify(one.params)}`);
        });
        if (!WAITING.has(one.message)) answers.push(answer);
      }
    }
    const alive = client.request('session/probe', {}).then(() => 'alive');
    const ended = client.closed().then((code) => `closed with ${code}`);
    const outcome = await Promise.race([Promise.all([alive, ...answers]), ended]);
    assert.ok(typeof outcome !== 'string', String(outcome));
    answered += answers.length;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 5, maxLength: 40 }), async (each) => {
      try {
        await send(each);
      } finally {
        // transfers and calls that wait end with their connection
        client.close();
        client = await RawClient.hello(server.url, server.token);
      }
      assert.deepEqual(withoutShare(), before);
    }),
    { numRuns: 150, endOnFailure: true, seed: 20_26 },
  );
  const { VmRSS } = statusOf(server.pid);
  for (const method of OFTEN_DONE) assert.ok(done.get(method), `${method} was never done`);
  const calls = [...done.values()].reduce((sum, count) => sum + count);
  t.diagnostic(`${answered} answers, ${calls} calls done; the server holds ${Math.round(VmRSS / 1024 ** 2)} MiB`);
  assert.ok(VmRSS < MOST_RSS);
  assert.doesNotMatch(server.log(), /uncaught|unhandled|TypeError|RangeError/i);
});

function statusOf(pid: number): { VmRSS: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { VmRSS: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024 };
}
