import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { ServerClient, UploadContent } from '../../extension/connect/serverClient.ts';
import { contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { isSynclineError } from '../support/errors.ts';
import { MemorySink } from '../support/memorySink.ts';
import { ServerDouble } from '../support/serverDouble.ts';

/** A server that takes and gives contents and keeps a log of what it was asked, in order. */
class ContentServer {
  readonly sink = new MemorySink();
  readonly log: string[] = [];
  readonly announced: { readonly count: number; readonly bytes: number; readonly encoding: string }[] = [];
  underWay = 0;
  mostUnderWay = 0;
  readonly #received: Promise<unknown>[] = [];
  readonly double = new ServerDouble(() => ({
    contentUpload: async ({ transfer, contents, encoding }, { signal }) => {
      this.log.push('upload');
      this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
      const bytes = contents.reduce((sum, { size, from }) => sum + size - from, 0);
      this.announced.push({ count: contents.length, bytes, encoding });
      const receiving = receiveTransfer(this.double.peer, {
        transfer,
        parts: contents,
        sink: this.sink,
        encoding,
        signal,
      });
      this.#received.push(receiving.catch(() => {}));
      return receiving.finally(() => this.underWay--);
    },
    filesCommit: async ({ operations }) => {
      this.log.push('commit');
      await Promise.all(this.#received);
      return {
        results: operations.map((operation, at) => this.#resultOf(operation, at)),
        cursor: { epoch: 'epoch-0001', rev: 1 },
      };
    },
    contentDownload: async ({ transfer, contents, encodings }, { signal }) => {
      const encoding = encodings[0] ?? 'identity';
      return sendTransfer(this.double.peer, { transfer, encoding, source: this.#bytesOf(contents), signal });
    },
  }));

  #resultOf(operation: files.Operation, at: number): files.OperationResult {
    if (
      operation.kind !== 'put' ||
      operation.entry.kind !== 'file' ||
      this.sink.contents.has(operation.entry.content)
    ) {
      return { status: 'done', rev: at + 1 };
    }
    return { status: 'problem', path: operation.path, code: 'MissingContent', message: 'missing' };
  }

  async *#bytesOf(parts: readonly ContentPart[]): AsyncGenerator<Uint8Array> {
    for (const { content, from } of parts) {
      const bytes = this.sink.contents.get(content);
      if (!bytes) throw new SynclineError('ContentGone');
      yield bytes.subarray(from);
    }
  }
}

const text = (size: number, seed: number): Buffer => Buffer.alloc(size, `line ${seed} of some text that repeats\n`);

function upload(bytes: Buffer, hint = 'file.txt'): UploadContent {
  return {
    content: contentIdOf(bytes),
    size: bytes.length,
    hint,
    async *open(from) {
      for (let at = from; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
    },
  };
}

async function start(): Promise<{ server: ContentServer; client: ServerClient }> {
  const server = new ContentServer();
  return { server, client: await server.double.connect() };
}

const commitOf = (sources: readonly UploadContent[]) => ({
  id: 'commit-0001',
  operations: sources.map(({ content, size }, at) =>
    Object.assign(
      { kind: 'put' as const, path: `f${at}` as never, expect: null },
      {
        entry: { kind: 'file' as const, content, size, executable: false },
      },
    ),
  ),
});

test('packs small contents into compressed transfers and sends large ones alone (row 9)', async () => {
  const { server, client } = await start();
  const small = Array.from({ length: 300 }, (_, at) => upload(text(10_000, at)));
  const large = upload(text(3_000_000, 1));
  await client.upload('files', [...small, large]);
  assert.equal(server.sink.contents.size, 301);
  const alone = server.announced.filter(({ count }) => count === 1);
  assert.deepEqual(alone, [{ count: 1, bytes: 3_000_000, encoding: 'zstd' }]);
  assert.deepEqual(
    server.announced.filter(({ count }) => count > 1).map(({ count }) => count),
    [104, 104, 92],
  );
  assert.ok(client.traffic.sent < 400_000, `${client.traffic.sent} bytes sent`);
  client.close();
});

test('does not compress what is compressed already, by name or by its first bytes', async () => {
  const { server, client } = await start();
  await client.upload('files', [
    upload(text(20_000, 1), 'photo.JPG'),
    upload(randomBytes(400_000)),
    upload(text(20_000, 2)),
  ]);
  assert.deepEqual(server.announced.map(({ bytes, encoding }) => `${bytes} ${encoding}`).sort(), [
    '20000 identity',
    '20000 zstd',
    '400000 identity',
  ]);
  client.close();
});

test('sends a content once however often it is named, and an empty one never', async () => {
  const { server, client } = await start();
  const twice = upload(text(5000, 1));
  const empty: UploadContent = { content: EMPTY_CONTENT, size: 0, open: async function* () {} };
  await client.upload('files', [twice, empty, twice]);
  assert.deepEqual(
    server.announced.map(({ count }) => count),
    [1],
  );
  client.close();
});

test('sends only the rest of a content of which the server has the beginning', async () => {
  const { server, client } = await start();
  const bytes = randomBytes(500_000);
  server.sink.staged.set(contentIdOf(bytes), bytes.subarray(0, 300_000));
  await client.upload('files', [{ ...upload(bytes), from: 300_000 }]);
  assert.deepEqual(server.sink.contents.get(contentIdOf(bytes)), bytes);
  assert.equal(server.announced[0]?.bytes, 200_000);
  client.close();
});

test('keeps a bounded number of transfers under way', async () => {
  const { server, client } = await start();
  const done: number[] = [];
  const sources = Array.from({ length: 40 }, () => upload(randomBytes(300_000)));
  await client.upload('files', sources, { onProgress: (bytes) => done.push(bytes) });
  assert.ok(server.mostUnderWay > 1 && server.mostUnderWay <= 8, `${server.mostUnderWay} at a time`);
  assert.equal(
    done.reduce((sum, bytes) => sum + bytes, 0),
    40 * 300_000,
  );
  client.close();
});

test('a save and its commit travel back to back', async () => {
  const { server, client } = await start();
  const source = upload(text(10_000, 7));
  server.double.serverLink.hold();
  const answer = client.uploadAndCommit('files', [source], commitOf([source]));
  while (server.log.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(server.log, ['upload', 'commit'], 'the commit did not wait for the answer to the upload');
  server.double.serverLink.release();
  assert.deepEqual((await answer).results, [{ status: 'done', rev: 1 }]);
  client.close();
});

test('what is too large for that is sent first and committed then', async () => {
  const { server, client } = await start();
  const sources = [upload(randomBytes(2_000_000)), upload(text(10, 1))];
  assert.equal((await client.uploadAndCommit('files', sources, commitOf(sources))).results.length, 2);
  assert.equal(server.log.at(-1), 'commit');
  client.close();
});

test('a source that fails ends the call with its error, and the connection lives on', async () => {
  const { server, client } = await start();
  const bytes = text(20_000, 3);
  const broken: UploadContent = {
    ...upload(bytes),
    async *open() {
      yield bytes.subarray(0, 1000);
      throw new SynclineError('AccessDenied', 'Failed to read “a.txt”: the file system refuses access.');
    },
  };
  await assert.rejects(client.upload('files', [broken]), isSynclineError('AccessDenied'));
  await assert.rejects(client.uploadAndCommit('files', [broken], commitOf([broken])), isSynclineError('AccessDenied'));
  await client.upload('files', [upload(bytes)]);
  assert.ok(server.sink.contents.has(contentIdOf(bytes)));
  client.close();
});

test('bytes that are not what was announced are refused', async () => {
  const { server, client } = await start();
  const lying = { ...upload(text(20_000, 3)), content: contentIdOf(Buffer.from('other')) };
  await assert.rejects(client.upload('files', [lying]), isSynclineError('ContentMismatch'));
  assert.equal(server.sink.contents.size, 0);
  client.close();
});

test('an upload can be cancelled at any time, and the connection lives on', async () => {
  const { client } = await start();
  const abort = new AbortController();
  const sources = Array.from({ length: 20 }, () => upload(randomBytes(300_000)));
  const sending = client.upload('files', sources, { signal: abort.signal, onProgress: () => abort.abort() });
  await assert.rejects(sending, isSynclineError('Cancelled'));
  await client.upload('files', [upload(text(100, 1))]);
  client.close();
});

test('a connection that breaks ends an upload', async () => {
  const { server, client } = await start();
  const sources = Array.from({ length: 20 }, () => upload(randomBytes(300_000)));
  const sending = client.upload('files', sources, { onProgress: () => server.double.clientLink.cut() });
  await assert.rejects(sending, isSynclineError('ConnectionLost'));
});

test('downloads contents of all sizes, in groups, into a sink that verifies them', async () => {
  const { server, client } = await start();
  const all = [...Array.from({ length: 200 }, (_, at) => text(20_000, at)), randomBytes(5_000_000)];
  const parts = all.map((bytes): ContentPart => ({ content: contentIdOf(bytes), size: bytes.length, from: 0 }));
  for (const bytes of all) server.sink.contents.set(contentIdOf(bytes), bytes);
  const here = new MemorySink();
  let received = 0;
  await client.download('files', parts, here, { onProgress: (bytes) => (received += bytes) });
  for (const bytes of all) assert.deepEqual(here.contents.get(contentIdOf(bytes)), bytes);
  assert.equal(received, 9_000_000);
  client.close();
});

test('content that has left the share ends a download, and the connection lives on', async () => {
  const { client } = await start();
  const gone: ContentPart = { content: contentIdOf(Buffer.from('gone')), size: 4, from: 0 };
  await assert.rejects(client.download('files', [gone], new MemorySink()), isSynclineError('ContentGone'));
  await client.upload('files', [upload(text(100, 1))]);
  client.close();
});

test('a sink that fails ends a download with its error', async () => {
  const { server, client } = await start();
  const bytes = randomBytes(3_000_000);
  server.sink.contents.set(contentIdOf(bytes), bytes);
  const full = new MemorySink();
  full.beforeWrite = () => Promise.reject(new SynclineError('DiskFull'));
  const part = { content: contentIdOf(bytes), size: bytes.length, from: 0 };
  await assert.rejects(client.download('files', [part], full), isSynclineError('DiskFull'));
  client.close();
});
