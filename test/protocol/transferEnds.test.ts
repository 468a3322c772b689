import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createZstdCompress } from 'node:zlib';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as content from '../../server/protocol/messages/content.ts';
import { type ReceiveOptions, receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { Gate } from '../support/gate.ts';
import { MemorySink } from '../support/memorySink.ts';
import { type Peers, socketPeers } from '../support/peers.ts';
import { assertIntact, code, listen, pair, until } from '../support/listeningPeers.ts';
import { contentFrame, inPieces, partOf, someBytes } from '../support/transfers.ts';

const text = someBytes(1000);

describe('a transfer in the middle', () => {
  /** A big transfer that has begun to arrive and cannot end. */
  async function begun(peers: Peers, over: Partial<ReceiveOptions> = {}, signal?: AbortSignal) {
    const bytes = someBytes(5_000_000);
    const sink = new MemorySink();
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const sending = sendTransfer(peers.near, {
      transfer: 1,
      encoding: 'zstd',
      source: inPieces(bytes),
      ...(signal && { signal }),
    });
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(bytes)], sink, ...over });
    const outcome = Promise.allSettled([sending, receiving]).then((all) =>
      all.map((each) => (each.status === 'rejected' ? (each.reason as SynclineError).code : 'fine')),
    );
    await gate.arrived();
    return { sink, gate, outcome };
  }

  for (const [where, connect] of [
    ['in memory', async (t: TestContext) => pair(t)],
    ['over a WebSocket', async (t: TestContext) => listen(await socketPeers(t))],
  ] as const) {
    test(`is over on both sides when the connection ends, ${where}`, async (t) => {
      const peers = await connect(t);
      const { sink, gate, outcome } = await begun(peers);
      peers.near.close();
      await peers.far.closed;
      gate.open();
      assert.deepEqual(await outcome, ['ConnectionLost', 'ConnectionLost']);
      assert.deepEqual([sink.openNow, sink.aborted], [0, 1]);
      await assert.rejects(
        receiveTransfer(peers.far, { transfer: 2, parts: [partOf(text)], sink }),
        code('ConnectionLost'),
      );
    });

    test(`is over on both sides when the receiver gives it up, ${where}`, async (t) => {
      const peers = await connect(t);
      const abort = new AbortController();
      const { sink, gate, outcome } = await begun(peers, { signal: abort.signal });
      abort.abort();
      gate.open();
      assert.deepEqual(await outcome, ['Cancelled', 'Cancelled']);
      await assertIntact(peers, sink);
    });

    test(`is over on both sides when the sender gives it up, ${where}`, async (t) => {
      const peers = await connect(t);
      const abort = new AbortController();
      const { sink, gate, outcome } = await begun(peers, {}, abort.signal);
      abort.abort(new SynclineError('DeadlineExceeded'));
      gate.open();
      assert.deepEqual(await outcome, ['DeadlineExceeded', 'Cancelled']);
      await assertIntact(peers, sink);
    });
  }

  test('is lost when the cable is cut', async (t) => {
    const peers = pair(t);
    const { sink, gate, outcome } = await begun(peers);
    peers.nearLink.cut();
    assert.equal((await peers.near.closed)?.code, 'ConnectionLost');
    gate.open();
    assert.deepEqual(await outcome, ['ConnectionLost', 'ConnectionLost']);
    assert.equal(sink.openNow, 0);
  });

  for (const encoding of ['identity', 'zstd'] as const) {
    test(`is over when the sink fails, ${encoding}`, async (t) => {
      const peers = pair(t);
      const sink = new MemorySink();
      let writes = 0;
      sink.beforeWrite = async () => {
        if (++writes === 3) throw new SynclineError('DiskFull');
      };
      const bytes = someBytes(5_000_000);
      const sending = sendTransfer(peers.near, { transfer: 1, encoding, source: inPieces(bytes) });
      const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(bytes)], sink });
      await assert.rejects(receiving, code('DiskFull'));
      await assert.rejects(sending, code('Cancelled'));
      await assertIntact(peers, sink);
    });

    test(`is over when the source fails, ${encoding}`, async (t) => {
      const peers = pair(t);
      const sink = new MemorySink();
      const bytes = someBytes(2_000_000);
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* inPieces(bytes.subarray(0, 1_000_000));
        throw new SynclineError('ContentGone');
      }
      const sending = sendTransfer(peers.near, { transfer: 1, encoding, source: failing() });
      const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(bytes)], sink });
      await assert.rejects(sending, code('ContentGone'));
      await assert.rejects(receiving, code('Cancelled'));
      await assertIntact(peers, sink);
    });
  }

  const wide = someBytes(600_000);

  test('is over at once when the sink fails, though the next frame never comes', async (t) => {
    const peers = pair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const sink = new MemorySink();
    sink.beforeWrite = () => Promise.reject(new SynclineError('DiskFull'));
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(wide)], sink });
    // so little that the decoder asks for more at once
    peers.nearLink.sendBinary(contentFrame(await beginningOf(wide), { zstd: true }));
    await assert.rejects(receiving, code('DiskFull'));
    await assertIntact(peers, sink);
  });

  test('is over at once when it is damaged, though the next frame never comes', async (t) => {
    const peers = pair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const sink = new MemorySink();
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(wide)], sink });
    peers.nearLink.sendBinary(contentFrame(Buffer.alloc(1000, 7), { zstd: true }));
    await assert.rejects(receiving, code('ContentMismatch'));
    await assertIntact(peers, sink);
  });

  test('is over at once when the source fails, though credit never comes', async (t) => {
    const peers = pair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    for (const peer of [peers.near, peers.far])
      peer.transfers.agree({ initialCredit: 1, framePayload: 1, transfers: 32 });
    async function* failing(): AsyncGenerator<Uint8Array> {
      // more than is compressed as a whole, and so little afterwards that more is asked for at once
      yield Buffer.alloc(3_000_000);
      await until(() => peers.nearLink.sentBytes > 0);
      throw new SynclineError('ContentGone');
    }
    const sending = sendTransfer(peers.near, { transfer: 1, encoding: 'zstd', source: failing() });
    await assert.rejects(sending, code('ContentGone'));
    await assertIntact(peers, new MemorySink());
  });

  for (const encoding of ['identity', 'zstd'] as const) {
    test(`is over at once when it is given up, though its source hangs, ${encoding}`, async (t) => {
      const peers = pair(t);
      const gate = new Gate();
      async function* hanging(): AsyncGenerator<Uint8Array> {
        yield wide;
        await gate.pass();
      }
      const abort = new AbortController();
      const { signal } = abort;
      const sending = sendTransfer(peers.near, { transfer: 1, encoding, source: hanging(), signal });
      await gate.arrived();
      abort.abort();
      await assert.rejects(sending, code('Cancelled'));
      gate.open();
      await assertIntact(peers, new MemorySink());
    });
  }

  test('stops its source when it is given up', async (t) => {
    const peers = pair(t);
    let stopped = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        stopped = true;
      }
    }
    const sending = sendTransfer(peers.near, { transfer: 1, encoding: 'identity', source: endless() });
    peers.far.notify(content.cancel, { transfer: 1 });
    await assert.rejects(sending, code('Cancelled'));
    assert.ok(stopped);
  });
});

/** The first 3,000 bytes, compressed so that they can be decoded before more comes. */
async function beginningOf(bytes: Buffer): Promise<Buffer> {
  const compressor = createZstdCompress();
  compressor.write(bytes.subarray(0, 3000));
  await new Promise<void>((resolve) => compressor.flush(() => resolve()));
  const pieces: Buffer[] = [];
  for (let piece = compressor.read() as Buffer | null; piece; piece = compressor.read() as Buffer | null)
    pieces.push(piece);
  compressor.destroy();
  return Buffer.concat(pieces);
}
