import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type ContentId, contentIdOf } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { MAX_STRETCHES } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ResultOf } from '../../server/protocol/messages/message.ts';
import type { ContentSink } from '../../server/protocol/transfer/contentSink.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { isSynclineError } from '../support/errors.ts';
import { openPeer, type PeerClient } from '../support/peerClient.ts';
import { startServer } from '../support/serverProcess.ts';

const server = await startServer({ after: (work) => after(work) });

const open = async (t: TestContext): Promise<PeerClient> => {
  const client = await openPeer(server);
  t.after(() => client.peer.close());
  return client;
};

test('contents and the commit that names them travel back to back and arrive as one', async (t) => {
  const client = await open(t);
  const bytes = Buffer.from('what was saved\n');
  const [uploaded, { results }] = await Promise.all([upload(client, [bytes], 'zstd'), put(client, 'saved.txt', bytes)]);
  assert.deepEqual([uploaded.bytes, results[0]?.status], [bytes.length, 'done']);
  assert.deepEqual(readFileSync(join(server.directory, 'saved.txt')), bytes);
});

test('many small contents travel packed, and come back packed', async (t) => {
  const client = await open(t);
  const contents = Array.from({ length: 300 }, (_, n) => Buffer.from(`file ${n}\n`.repeat(n % 50)));
  const [, { results }] = await Promise.all([
    upload(client, contents, 'zstd'),
    client.peer.request(files.commit, {
      share: 'files',
      id: 'commit-packed',
      operations: contents.map((bytes, n) => putOperation(`packed/${n}.txt`, bytes)),
    }),
  ]);
  assert.ok(results.every(({ status }) => status === 'done'));
  for (const encodings of [['zstd', 'identity'], ['identity']] as const) {
    assert.deepEqual(await download(client, contents, [...encodings]), contents);
  }
});

test('a large content is uploaded and fetched again, also from the middle', async (t) => {
  const client = await open(t);
  const bytes = randomBytes(9 * 1024 * 1024 + 7);
  await upload(client, [bytes], 'identity');
  await put(client, 'large.bin', bytes);
  assert.deepEqual(await download(client, [bytes], ['identity']), [bytes]);
  assert.deepEqual(await download(client, [bytes], ['identity'], 5_000_000), [bytes.subarray(5_000_000)]);
});

test('an upload that broke goes on where it ended, on a new session', async (t) => {
  const bytes = randomBytes(6 * 1024 * 1024);
  const asked = { share: 'files', contents: [{ content: contentIdOf(bytes), size: bytes.length }] };
  const broken = await openPeer(server);
  const half = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 3 * 1024 * 1024);
    await new Promise((resolve) => broken.socket.once('close', resolve));
  };
  const failing = upload(broken, [bytes], 'identity', {
    source: half(),
    onProgress: (done) => done > 2_000_000 && broken.socket.terminate(),
  });
  await assert.rejects(failing, isSynclineError('ConnectionLost'));

  const client = await open(t);
  const from = async (): Promise<number> => {
    const { missing } = await client.peer.request(content.missing, asked);
    return missing[0]?.from ?? -1;
  };
  // The server notices the broken connection on its own time.
  while ((await from()) === 0) await new Promise(setImmediate);
  const resumed = await from();
  assert.ok(resumed > 1_000_000 && resumed < bytes.length, String(resumed));
  const { bytes: sent } = await upload(client, [bytes], 'identity', { from: resumed });
  assert.equal(sent, bytes.length - resumed);
  assert.equal((await put(client, 'resumed.bin', bytes)).results[0]?.status, 'done');
  assert.deepEqual(await client.peer.request(content.missing, asked), { missing: [] });
});

test('bytes that are not what was announced are refused, and nothing of them is stored', async (t) => {
  const client = await open(t);
  const announced = Buffer.from('announced');
  const lie = (async function* () {
    yield Buffer.from('something');
  })();
  await assert.rejects(upload(client, [announced], 'identity', { source: lie }), isSynclineError('ContentMismatch'));
  const { results } = await put(client, 'lie.txt', announced);
  assert.deepEqual(results[0]?.status === 'problem' && results[0].code, 'MissingContent');
});

test('of small contents that come together none is stored whose bytes are not what was announced', async (t) => {
  const client = await open(t);
  const [good, lied] = [Buffer.from('as announced'), Buffer.from('announced')];
  const source = (async function* () {
    yield Buffer.concat([good, Buffer.from('something')]);
  })();
  await assert.rejects(upload(client, [good, lied], 'zstd', { source }), isSynclineError('ContentMismatch'));
  const stored = await put(client, 'good.txt', good);
  assert.equal(stored.results[0]?.status, 'done');
  const { results } = await put(client, 'lie.txt', lied);
  assert.deepEqual(results[0]?.status === 'problem' && results[0].code, 'MissingContent');
});

test('a commit does not wait for uploads of other contents', async (t) => {
  const client = await open(t);
  const [slow, ready] = [randomBytes(2_000_000), Buffer.from('ready')];
  const release = Promise.withResolvers<void>();
  const held = async function* (): AsyncGenerator<Uint8Array> {
    await release.promise;
    yield slow;
  };
  const uploading = upload(client, [slow], 'identity', { source: held() });
  await Promise.all([upload(client, [ready], 'identity'), put(client, 'ready.txt', ready)]);
  const waiting = put(client, 'slow.bin', slow);
  const other = await Promise.race([waiting.then(() => 'slow'), put(client, 'ready2.txt', ready).then(() => 'ready')]);
  assert.equal(other, 'ready');
  release.resolve();
  await uploading;
  assert.equal((await waiting).results[0]?.status, 'done');
});

test('content that nobody has is said to be gone', async (t) => {
  const client = await open(t);
  await assert.rejects(download(client, [Buffer.from('never seen')], ['identity']), isSynclineError('ContentGone'));
});

test('what another program writes into the folder can be fetched by its content', async (t) => {
  const client = await open(t);
  const bytes = Buffer.from('written by somebody else\n');
  await client.peer.request(files.watch, { share: 'files' });
  const told = new Promise<void>((resolve) => {
    client.peer.onNotification(files.didChange, ({ changes }) => {
      if (changes.some((change) => change.kind === 'put' && change.path === parseWirePath('outside.txt'))) resolve();
    });
  });
  writeFileSync(join(server.directory, 'outside.txt'), bytes);
  await told;
  assert.deepEqual(await download(client, [bytes], ['zstd']), [bytes]);
});

test('an upload that takes stretches from elsewhere is refused unless they are in order and within the content', async (t) => {
  const client = await open(t);
  const [old, bytes] = [randomBytes(1_000_000), randomBytes(1_000_000)];
  await upload(client, [old], 'identity');
  await put(client, 'stretches.bin', old);
  const id = contentIdOf(old);
  const refused: readonly content.Reused[][] = [
    [],
    [{ at: 0, length: 0, content: id, offset: 0 }],
    [{ at: 500_000, length: 500_001, content: id, offset: 0 }],
    [{ at: 1_000_001, length: 1, content: id, offset: 0 }],
    [
      { at: 10, length: 10, content: id, offset: 0 },
      { at: 19, length: 10, content: id, offset: 0 },
    ],
    [
      { at: 10, length: 10, content: id, offset: 0 },
      { at: 0, length: 5, content: id, offset: 0 },
    ],
    Array.from({ length: MAX_STRETCHES + 1 }, (_, n) => ({ at: n, length: 1, content: id, offset: n })),
  ];
  for (const reused of refused)
    await assert.rejects(upload(client, [bytes], 'identity', { reused }), isSynclineError('InvalidParams'));
  const two = upload(client, [bytes, old], 'identity', { reused: [{ at: 0, length: 5, content: id, offset: 0 }] });
  await assert.rejects(two, isSynclineError('InvalidParams'));
});

test('whatever is said to be reused, only the content itself is ever stored', async (t) => {
  const client = await open(t);
  const old = randomBytes(600_000);
  const bytes = Buffer.concat([old.subarray(0, 300_000), randomBytes(300_000)]);
  await upload(client, [old], 'identity');
  await put(client, 'fuzzed-old.bin', old);
  const stretch = fc.record({
    at: fc.nat(bytes.length),
    length: fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.constant(2 ** 53 - 1)),
    content: fc.constantFrom(contentIdOf(old), contentIdOf(bytes)),
    offset: fc.oneof(fc.nat(old.length), fc.constant(2 ** 53 - 1)),
  });
  const CODES = new Set(['InvalidParams', 'ContentMismatch', 'ContentGone', 'Cancelled']);
  const property = fc.asyncProperty(fc.array(stretch, { minLength: 1, maxLength: 3 }), async (some) => {
    const reused = some.sort((a, b) => a.at - b.at);
    try {
      await upload(client, [bytes], 'identity', { reused });
    } catch (error) {
      assert.ok(error instanceof SynclineError && CODES.has(error.code), String(error));
    }
  });
  await fc.assert(property, { numRuns: 60 });
  const { results } = await put(client, 'fuzzed.bin', bytes);
  assert.equal(results[0]?.status === 'problem' && results[0].code, 'MissingContent');
  const reused = [{ at: 0, length: 300_000, content: contentIdOf(old), offset: 0 }];
  const source = (async function* () {
    yield bytes.subarray(300_000);
  })();
  await upload(client, [bytes], 'identity', { reused, source });
  assert.equal((await put(client, 'fuzzed2.bin', bytes)).results[0]?.status, 'done');
  assert.deepEqual(readFileSync(join(server.directory, 'fuzzed2.bin')), bytes);
});

interface UploadOptions {
  readonly reused?: content.Reused[];
  readonly from?: number;
  readonly source?: AsyncIterable<Uint8Array>;
  readonly onProgress?: (done: number) => void;
}

let transfers = 0;

async function upload(
  { peer }: PeerClient,
  contents: readonly Buffer[],
  encoding: content.Encoding,
  { from = 0, source, onProgress, reused }: UploadOptions = {},
): Promise<ResultOf<typeof content.upload>> {
  const transfer = ++transfers;
  const parts = contents.map((bytes) => ({ content: contentIdOf(bytes), size: bytes.length, from }));
  const answer = peer.request(
    content.upload,
    { share: 'files', transfer, contents: parts, encoding, reused },
    onProgress ? { onProgress: ({ done }) => onProgress(done) } : {},
  );
  const pieces = (async function* () {
    for (const bytes of contents) yield bytes.subarray(from);
  })();
  const over = new AbortController();
  const sending = sendTransfer(peer, { transfer, encoding, source: source ?? pieces, signal: over.signal });
  // When the server refuses, its answer says why; the sender only hears that it is over.
  sending.catch(() => undefined);
  answer.catch(() => over.abort());
  return await answer;
}

async function download(
  { peer }: PeerClient,
  contents: readonly Buffer[],
  encodings: content.Encoding[],
  from = 0,
): Promise<Buffer[]> {
  const transfer = ++transfers;
  const parts = contents.map((bytes) => ({ content: contentIdOf(bytes), size: bytes.length, from }));
  const sink = new Collector();
  const abort = new AbortController();
  const receiving = receiveTransfer(peer, { transfer, parts, sink, signal: abort.signal });
  receiving.catch(() => undefined);
  try {
    await peer.request(content.download, { share: 'files', transfer, contents: parts, encodings });
  } catch (error) {
    abort.abort();
    throw error;
  }
  await receiving;
  return parts.map((part) => sink.of(part.content));
}

class Collector implements ContentSink {
  readonly #received = new Map<ContentId, Buffer[]>();

  of(id: ContentId): Buffer {
    return Buffer.concat(this.#received.get(id) ?? []);
  }

  open: ContentSink['open'] = async (part) => {
    const pieces: Buffer[] = [];
    this.#received.set(part.content, pieces);
    return {
      write: async (bytes) => void pieces.push(Buffer.from(bytes)),
      finish: async () => {},
      abort: async () => {},
    };
  };
}

const putOperation = (path: string, bytes: Buffer): files.Operation => ({
  kind: 'put',
  path: parseWirePath(path),
  entry: { kind: 'file', content: contentIdOf(bytes), size: bytes.length, executable: false },
  expect: null,
});

const put = ({ peer }: PeerClient, path: string, bytes: Buffer): Promise<ResultOf<typeof files.commit>> =>
  peer.request(files.commit, {
    share: 'files',
    id: `commit-${path.replace('.', '-')}`,
    operations: [putOperation(path, bytes)],
  });
