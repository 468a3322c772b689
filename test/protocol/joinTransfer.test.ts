import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import type { ContentPart } from '../../server/protocol/messages/content.ts';
import * as content from '../../server/protocol/messages/content.ts';
import type { IncomingCall, Peer } from '../../server/protocol/peer.ts';
import { joinTransfer } from '../../server/protocol/transfer/joinTransfer.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { Gate } from '../support/gate.ts';
import { MemorySink } from '../support/memorySink.ts';
import { memoryPeers } from '../support/peers.ts';
import { assertHolds, inPieces, partOf, someBytes } from '../support/transfers.ts';

const bytes = someBytes(3_000_000);

/** A server that takes uploads into a sink and gives downloads of `bytes`, and a client. */
function uploading(t: TestContext): { client: Peer; server: Peer; sink: MemorySink } {
  const { near: client, far: server } = memoryPeers(t);
  const sink = new MemorySink();
  server.serve(
    { upload: content.upload, download: content.download },
    {
      upload: ({ transfer, contents, encoding }, { signal }: IncomingCall) =>
        receiveTransfer(server, { transfer, parts: contents, encoding, sink, signal }),
      download: async ({ transfer, contents }, { signal }: IncomingCall) => {
        if (contents[0]?.content !== partOf(bytes).content) throw new SynclineError('ContentGone');
        return sendTransfer(server, { transfer, encoding: 'zstd', source: inPieces(bytes), signal });
      },
    },
    (_, call) => call,
  );
  client.listen();
  server.listen();
  return { client, server, sink };
}

function upload(client: Peer, source: AsyncIterable<Uint8Array>, abort = new AbortController()) {
  const { signal } = abort;
  const params = { share: 'files', transfer: 1, contents: [partOf(bytes)], encoding: 'identity' as const };
  return joinTransfer(
    client.request(content.upload, params, { signal }),
    sendTransfer(client, { transfer: 1, encoding: 'identity', source, signal }),
    abort,
  );
}

function download(client: Peer, part: ContentPart, sink: MemorySink, abort = new AbortController()) {
  const { signal } = abort;
  const params = { share: 'files', transfer: 1, contents: [part], encodings: ['zstd' as const] };
  return joinTransfer(
    client.request(content.download, params, { signal }),
    receiveTransfer(client, { transfer: 1, parts: [part], sink, signal }),
    abort,
  );
}

const code = (expected: ErrorName) => (error: unknown) => error instanceof SynclineError && error.code === expected;

describe('a transfer and the request that announces it', () => {
  test('succeed together', async (t) => {
    const { client, sink } = uploading(t);
    assert.deepEqual(await upload(client, inPieces(bytes)), [{ bytes: 3_000_000 }, { bytes: 3_000_000 }]);
    assertHolds(sink, [bytes]);
  });

  test('succeed together downwards', async (t) => {
    const { client } = uploading(t);
    const sink = new MemorySink();
    assert.deepEqual(await download(client, partOf(bytes), sink), [{ bytes: 3_000_000 }, { bytes: 3_000_000 }]);
    assertHolds(sink, [bytes]);
  });

  test('fail with what the receiver says, not with “gave up”', async (t) => {
    const { client, server, sink } = uploading(t);
    sink.beforeWrite = () => Promise.reject(new SynclineError('DiskFull'));
    await assert.rejects(upload(client, inPieces(bytes)), code('DiskFull'));
    assert.deepEqual([client.transfers.size, server.transfers.size, server.busy], [0, 0, 0]);
  });

  test('fail with what the answer says when nothing was ever sent', async (t) => {
    const { client } = uploading(t);
    const sink = new MemorySink();
    await assert.rejects(download(client, partOf(Buffer.from('other')), sink), code('ContentGone'));
    assert.deepEqual([client.transfers.size, sink.opened.length], [0, 0]);
  });

  test('fail with what the source says, which ends the request too', async (t) => {
    const { client, server } = uploading(t);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 100_000);
      throw new SynclineError('Changed');
    }
    await assert.rejects(upload(client, failing()), code('Changed'));
    assert.equal(client.transfers.size, 0);
    // the server hears of it a moment later
    while (server.busy > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(server.transfers.size, 0);
  });

  test('fail with what the sink says, which ends the request too', async (t) => {
    const { client, server } = uploading(t);
    const sink = new MemorySink();
    sink.beforeWrite = () => Promise.reject(new SynclineError('AccessDenied'));
    await assert.rejects(download(client, partOf(bytes), sink), code('AccessDenied'));
    while (server.busy > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([client.transfers.size, server.transfers.size, sink.openNow], [0, 0, 0]);
  });

  test('are cancelled together', async (t) => {
    const { client, server, sink } = uploading(t);
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const abort = new AbortController();
    const joined = upload(client, inPieces(bytes), abort);
    await gate.arrived();
    abort.abort();
    await assert.rejects(joined, code('Cancelled'));
    gate.open();
    while (server.busy > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([client.transfers.size, server.transfers.size, sink.openNow], [0, 0, 0]);
  });

  test('end together with the connection', async (t) => {
    const { client, server, sink } = uploading(t);
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const joined = upload(client, inPieces(bytes));
    await gate.arrived();
    server.close(new SynclineError('ServerStopping'));
    await assert.rejects(joined, code('ServerStopping'));
    gate.open();
  });
});
