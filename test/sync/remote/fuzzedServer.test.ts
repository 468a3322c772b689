import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc, { type Arbitrary } from 'fast-check';
import { Connection } from '../../../extension/connect/connection.ts';
import { download } from '../../../extension/connect/copy/download.ts';
import { sayHello } from '../../../extension/connect/connect.ts';
import { RemoteFiles } from '../../../extension/connect/remoteFiles.ts';
import { MODES } from '../../../extension/sync/reconcile/mode.ts';
import { TargetSync } from '../../../extension/sync/syncTarget.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { type Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { notificationsToClient, requestsToServer } from '../../../server/protocol/messages/api.ts';
import { hello, probe } from '../../../server/protocol/messages/session.ts';
import { listing } from '../../support/compareTrees.ts';
import { arbitraryFrame, arbitraryOf, type Vocabulary } from '../../support/fuzz/arbitraryMessage.ts';
import { type MemoryLink, memoryLinks } from '../../support/memoryLink.ts';
import { HastyClock } from '../../support/network/hastyClock.ts';
import { HELLO } from '../../support/serverDouble.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const BYTES = Buffer.from('what the server sends');

const WORDS: Vocabulary = {
  paths: ['a', 'b', 'd', 'd/a', 'link/x', 'up/x', 'A', '.git/hooks/post-commit', '.syncline/x', '.gitignore'],
  contents: [contentIdOf(BYTES), contentIdOf(Buffer.from('mine')), 'e'.repeat(64)],
  texts: ['../outside', '/etc/passwd', '../../outside/x', 'a', 'd', 'epoch-0001', 'snapshot-0001', 'NotFound'],
  numbers: [0, 1, 4, BYTES.length, 2 ** 40],
};

interface Script {
  readonly answers: Readonly<Record<string, readonly unknown[]>>;
  readonly noise: readonly (string | Buffer)[];
}

/** Answers for every method, of which the first is given first and the last for ever after, and what else is sent meanwhile. */
const script: Arbitrary<Script> = fc.constantFrom(0, 0, 1, 5).chain((hostility) => {
  const answers: Record<string, Arbitrary<unknown[]>> = {};
  for (const { method, result } of Object.values(requestsToServer)) {
    answers[method] = fc.array(arbitraryOf(result, WORDS, hostility), { minLength: 1, maxLength: 3 });
  }
  const notification = Object.values(notificationsToClient).map(({ method, params }) =>
    arbitraryOf(params, WORDS, hostility).map((value) => JSON.stringify({ jsonrpc: '2.0', method, params: value })),
  );
  const noise = fc.array(fc.oneof(...notification, arbitraryFrame), { maxLength: 6 });
  return fc.record({ answers: fc.record(answers), noise });
});

/** A server's end that says hello and then follows the script. */
function serve(link: MemoryLink, told: Script): void {
  const asked = new Map<string, number>();
  link.listen({
    text: (text) => {
      const { id, method, params } = JSON.parse(text) as {
        id?: unknown;
        method?: string;
        params?: { transfer?: number };
      };
      if (id === undefined || method === undefined) return;
      const answer = (result: unknown): void => link.sendText(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (method === hello.method) return answer(HELLO);
      if (method === probe.method) return answer({ busy: 0 });
      for (const each of told.noise) {
        if (typeof each === 'string') link.sendText(each);
        else link.sendBinary(each);
      }
      if (method === 'content/download') link.sendBinary(frameOf(params?.transfer ?? 1));
      const turn = asked.get(method) ?? 0;
      asked.set(method, turn + 1);
      // one that always has another page is not what this is about
      if (turn > 20) return link.sendText(JSON.stringify({ jsonrpc: '2.0', id, error: { code: 4208, message: '' } }));
      const answers = told.answers[method] ?? [];
      answer(answers[Math.min(turn, answers.length - 1)]);
    },
    binary: () => {},
    closed: () => {},
  });
}

function frameOf(transfer: number): Buffer {
  const frame = Buffer.concat([Buffer.alloc(16), BYTES]);
  frame.writeUInt8(1, 0);
  frame.writeUInt8(2, 1);
  frame.writeUInt32BE(transfer, 4);
  return frame;
}

test('whatever a server tells, no client falls, hangs, or writes outside its folder', async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(join(home, 'outside'));
  writeFileSync(join(home, 'outside', 'secret'), 'secret');
  const clock = new HastyClock(100);
  const codes = new Map<string, number>();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(script, fc.constantFrom(...MODES), async (told, mode) => {
      const place = join(home, `run-${++runs}`);
      const [root, stateDirectory] = [join(place, 'root'), join(place, 'state')];
      for (const folder of ['', 'root', 'root/d', 'root/.git']) mkdirSync(join(place, folder));
      writeFileSync(join(root, 'a'), 'mine');
      writeFileSync(join(root, '.git', 'config'), 'git');
      symlinkSync('../../outside', join(root, 'link'));
      symlinkSync('..', join(root, 'up'));
      const outsideRoot = (): string[] =>
        listing(home, { contents: true }).filter((line) => !/^run-\d+\/(root|state)/.test(line));
      const before = outsideRoot();
      const provider = new Connection({
        connect: () => {
          const [mine, theirs] = memoryLinks();
          serve(theirs, told);
          return sayHello(mine, { token: 'token', clientName: 'test', clientVersion: '1' });
        },
        share: 'files',
        keepTrying: false,
        clock,
      });
      const target = await TargetSync.open({ root, share: 'files', mode, stateDirectory, provider });
      const outcome = await settled(target.syncOnce({ signal: AbortSignal.timeout(20_000) }));
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
      assert.notEqual(outcome, 'Cancelled', 'it hung');
      const wanted = new Map<string, Entry>([
        ['b', { kind: 'file', content: contentIdOf(BYTES), size: BYTES.length, executable: false }],
        ['link/x', { kind: 'file', content: contentIdOf(BYTES), size: BYTES.length, executable: false }],
        ['evil', { kind: 'link', target: '../../outside' }],
      ]);
      const client = await provider.client().catch(() => null);
      if (client)
        await settled(
          download(new RemoteFiles(client, { share: 'files' }), root, wanted, {
            safety: { keep() {}, sync: async () => {} },
          }),
        );
      await target.close();
      provider.close();
      assert.deepEqual(outsideRoot(), before);
      assert.deepEqual(listing(join(root, '.git')), ['config']);
      assert.equal(readFileSync(join(root, '.git', 'config'), 'utf8'), 'git');
      rmSync(place, { recursive: true });
    }),
    { numRuns: 80, endOnFailure: true, seed: 20_27 },
  );
  t.diagnostic(JSON.stringify(Object.fromEntries(codes)));
  assert.ok((codes.get('done') ?? 0) > 5, 'some have to get through to mean anything');
  assert.ok(process.memoryUsage.rss() < 600 * 1024 * 1024);
});

/** The code of the error; anything but a coded error is a bug. */
async function settled(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    if (error.code === 'Internal' && !(error.cause instanceof SynclineError)) {
      assert.match(error.message, /^The answer to /, String(error.cause));
    }
    return error.code;
  }
}
