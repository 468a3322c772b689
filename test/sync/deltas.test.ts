import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { SMALLEST_DELTA } from '../../extension/connect/comparison.ts';
import { type Comparable, deltaOf } from '../../extension/connect/deltaUploads.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { MemorySink } from '../support/memorySink.ts';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { ServerDouble } from '../support/serverDouble.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';

const LARGE = 2 * SMALLEST_DELTA;
/** A few chunks, and everything that is said about them. */
const LITTLE = 600_000;

const insert = (bytes: Buffer, at: number, text: string): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at)]);

/** Further away than on this machine, where everything travels whole. */
async function farServer(t: TestContext): Promise<ServerProcess> {
  const server = await startServer(t);
  const proxy = await FaultProxy.start(t, server.url);
  proxy.set({ delayMs: 10 });
  return { ...server, url: proxy.url };
}

async function traffic(folder: SyncedFolder): Promise<{ sent: number; received: number }> {
  const { sent, received } = (await folder.connection.client()).traffic;
  return { sent, received };
}

test('of a large file that changed in places only these travel, and arrive as the whole file', async (t) => {
  const server = await farServer(t);
  const folder = new SyncedFolder(t, server);
  mkdirSync(folder.root);
  let bytes: Buffer = randomBytes(LARGE);
  writeFileSync(folder.at('large.bin'), bytes);
  await folder.sync();
  for (const at of [LARGE / 2, 1_000_000, 0]) {
    const before = await traffic(folder);
    bytes = insert(bytes, at, 'inserted');
    writeFileSync(folder.at('large.bin'), bytes);
    await folder.sync();
    const after = await traffic(folder);
    assert.ok(after.sent - before.sent < LITTLE, `${after.sent - before.sent} bytes were sent`);
    assert.deepEqual(readFileSync(join(server.directory, 'large.bin')), bytes);
  }
});

test('of a large file that changed on the server only what changed is fetched, whatever is held here', async (t) => {
  const server = await farServer(t);
  const [folder, other] = [new SyncedFolder(t, server), new SyncedFolder(t, server)];
  for (const { root } of [folder, other]) mkdirSync(root);
  let bytes: Buffer = randomBytes(LARGE);
  writeFileSync(folder.at('large.bin'), bytes);
  await folder.sync();
  await other.sync();
  for (const at of [LARGE / 2, 0]) {
    bytes = insert(bytes, at, 'inserted');
    writeFileSync(folder.at('large.bin'), bytes);
    await folder.sync();
    const before = await traffic(other);
    await other.sync();
    const after = await traffic(other);
    assert.ok(after.received - before.received < LITTLE, `${after.received - before.received} bytes were received`);
    assert.deepEqual(readFileSync(other.at('large.bin')), bytes);
  }
});

test('what was fetched in part and does not fit what is held here is fetched whole', async () => {
  const [old, sink] = [randomBytes(LARGE), new MemorySink()];
  const bytes = insert(old, 1000, '!');
  const wanted = { content: contentIdOf(bytes), size: bytes.length, from: 0 };
  const log: string[] = [];
  const double: ServerDouble = new ServerDouble(() => ({
    contentLocate: ({ pieces }) =>
      Promise.resolve({
        found: pieces.length === 0 ? [] : [{ first: 1, count: 40, content: wanted.content, offset: 5 }],
      }),
    contentDownload: async ({ transfer, contents, skipped = [] }, { signal }) => {
      log.push(skipped.length > 0 ? 'delta' : 'whole');
      const source = (async function* () {
        let at = contents[0]?.from ?? 0;
        for (const stretch of skipped) {
          yield bytes.subarray(at, stretch.at);
          at = stretch.at + stretch.length;
        }
        yield bytes.subarray(at);
      })();
      return sendTransfer(double.peer, { transfer, encoding: 'identity', source, signal });
    },
  }));
  const client = await double.connect();
  const held = () => ({
    size: old.length,
    async *range(from: number, to: number) {
      yield old.subarray(from, to);
    },
  });
  await client.download('files', [wanted], sink, { held });
  assert.deepEqual(log, ['delta', 'whole']);
  assert.deepEqual(sink.contents.get(wanted.content), bytes);
  const unreadable = () => ({
    size: old.length,
    // oxlint-disable-next-line require-yield
    async *range() {
      throw new SynclineError('Changed');
    },
  });
  const again = new MemorySink();
  await client.download('files', [wanted], again, { held: unreadable });
  assert.deepEqual(log.splice(2), ['whole']);
  assert.deepEqual(again.contents.get(wanted.content), bytes);
});

/** A content that replaces another, both in memory. */
function edited(old: Buffer, bytes: Buffer): Comparable {
  return {
    content: contentIdOf(bytes),
    size: bytes.length,
    replaces: contentIdOf(old),
    async *open(from) {
      yield bytes.subarray(from);
    },
    async *range(from, to) {
      for (let at = from; at < to; at += 100_000) yield bytes.subarray(at, Math.min(to, at + 100_000));
    },
  };
}

/** A server that finds what a test makes up, and takes whole contents alone. */
function foundBy(locate: () => object[], log: string[], sink: MemorySink): ServerDouble {
  const double: ServerDouble = new ServerDouble(() => ({
    contentLocate: () => Promise.resolve({ found: locate() as never }),
    contentMissing: ({ contents }) => Promise.resolve({ missing: contents.map((each) => ({ ...each, from: 0 })) }),
    contentUpload: async ({ transfer, contents, encoding, reused }, { signal }) => {
      log.push(reused ? 'delta' : 'whole');
      if (reused) throw new SynclineError('ContentMismatch');
      return receiveTransfer(double.peer, { transfer, parts: contents, sink, encoding, signal });
    },
  }));
  return double;
}

test('what a server finds without having it makes the content travel whole', async () => {
  const [old, log, sink] = [randomBytes(LARGE), [] as string[], new MemorySink()];
  const bytes = insert(old, 1000, '!');
  const content = contentIdOf(old);
  const client = await foundBy(() => [{ first: 1, count: 100, content, offset: 7 }], log, sink).connect();
  await client.upload('files', [edited(old, bytes)]);
  assert.deepEqual(log, ['delta', 'whole']);
  assert.deepEqual(sink.contents.get(contentIdOf(bytes)), bytes);
});

test('no answer of a server about pieces does harm', async () => {
  const old = randomBytes(LARGE);
  const bytes = insert(old, 1000, '!');
  const number = fc.oneof(fc.nat(200), fc.constantFrom(0, 2 ** 31, 2 ** 53 - 1));
  const run = fc.record({
    first: number,
    count: number,
    content: fc.constantFrom(contentIdOf(old), contentIdOf(bytes)),
    offset: number,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 20 }), async (found) => {
      const request = async (): Promise<never> => ({ found }) as never;
      const delta = await deltaOf({ request }, 'files', edited(old, bytes), new AbortController().signal);
      if (!delta) return;
      let end = 0;
      for (const { at, length } of delta.reused) {
        assert.ok(at >= end && length > 0);
        end = at + length;
      }
      assert.ok(end <= bytes.length);
    }),
    { numRuns: 25 },
  );
});
