import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readContentFrame } from '../../server/protocol/contentFrame.ts';
import { INITIAL_CREDIT } from '../../server/protocol/limits.ts';
import type { Encoding } from '../../server/protocol/messages/content.ts';
import { MAX_OPEN_WRITERS } from '../../server/protocol/transfer/contentSink.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { Gate } from '../support/gate.ts';
import { MemorySink } from '../support/memorySink.ts';
import { memoryPeers, type Peers, socketPeers } from '../support/peers.ts';
import { testRequests } from '../support/testMessages.ts';
import { assertHolds, contentFrame, inPieces, partOf, someBytes } from '../support/transfers.ts';

const TINY = { initialCredit: 1000, framePayload: 300, transfers: 32 };

function listen<P extends Peers>(peers: P): P {
  for (const peer of [peers.near, peers.far]) {
    peer.serve({ echo: testRequests.echo }, { echo: async ({ text }) => ({ text }) }, () => undefined);
    peer.listen();
  }
  return peers;
}

let transfers = 0;

/** Sends the contents from one peer to the other in one transfer and gives the sink they arrived in. */
async function send(
  { near, far }: Peers,
  contents: readonly Buffer[],
  { encoding = 'identity', piece = 65_536 }: { encoding?: Encoding; piece?: number } = {},
): Promise<MemorySink> {
  const transfer = ++transfers;
  const sink = new MemorySink();
  const total = contents.reduce((sum, each) => sum + each.byteLength, 0);
  const parts = contents.map((each) => partOf(each));
  const [received, sent] = await Promise.all([
    receiveTransfer(far, { transfer, parts, sink, encoding }),
    sendTransfer(near, { transfer, encoding, source: inPieces(Buffer.concat(contents), piece) }),
  ]);
  assert.deepEqual([received, sent], [{ bytes: total }, { bytes: total }]);
  assert.deepEqual([sink.openNow, sink.aborted], [0, 0]);
  assertHolds(sink, contents);
  assert.deepEqual([near.transfers.size, far.transfers.size], [0, 0]);
  return sink;
}

describe('a transfer', () => {
  for (const encoding of ['identity', 'zstd'] as const) {
    for (const size of [0, 1, 1000, 262_144, 262_145, 1_048_576, 1_048_577, 5_000_000]) {
      test(`moves ${size} bytes, ${encoding}`, async (t) => {
        await send(listen(memoryPeers(t)), [someBytes(size)], { encoding });
      });
    }

    test(`moves bytes that do not compress, ${encoding}`, async (t) => {
      const { buffer } = crypto.getRandomValues(new Uint8Array(65_536));
      await send(listen(memoryPeers(t)), Array<Buffer>(30).fill(Buffer.from(buffer)), { encoding });
    });

    test(`over a socket, both ways at once, ${encoding}`, async (t) => {
      const peers = listen(await socketPeers(t));
      const back = { ...peers, near: peers.far, far: peers.near };
      const contents = [someBytes(3_000_000), someBytes(10), someBytes(2_000_000)];
      for (let turn = 0; turn < 3; turn++) await Promise.all([sendOn(peers, contents), sendOn(back, contents)]);
      async function sendOn(pair: Peers, all: readonly Buffer[]): Promise<void> {
        const transfer = ++transfers;
        const sink = new MemorySink();
        await Promise.all([
          receiveTransfer(pair.far, { transfer, parts: all.map((each) => partOf(each)), sink }),
          sendTransfer(pair.near, { transfer, encoding, source: inPieces(Buffer.concat(all)) }),
        ]);
        assert.equal(sink.contents.size, all.length);
      }
    });
  }

  test('moves any contents, cut anyhow, with any credit', async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(700), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom<Encoding>('identity', 'zstd'),
        async (sizes, piece, initialCredit, framePayload, encoding) => {
          const peers = listen(memoryPeers(t));
          for (const peer of [peers.near, peers.far]) peer.transfers.agree({ ...TINY, initialCredit, framePayload });
          await send(peers, sizes.map(someBytes), { encoding, piece });
          peers.near.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test('goes on where an earlier one broke', async (t) => {
    const { near, far } = listen(memoryPeers(t));
    const [bytes, other] = [someBytes(100_000), someBytes(50_000)];
    const sink = new MemorySink();
    sink.staged.set(partOf(bytes).content, bytes.subarray(0, 70_000));
    sink.staged.set(partOf(other).content, other);
    const parts = [partOf(bytes, 70_000), partOf(other, 50_000)];
    const [{ bytes: received }] = await Promise.all([
      receiveTransfer(far, { transfer: 1, parts, sink }),
      sendTransfer(near, { transfer: 1, encoding: 'identity', source: inPieces(bytes.subarray(70_000)) }),
    ]);
    assert.equal(received, 30_000);
    assertHolds(sink, [bytes, other]);
  });

  test('may overtake its announcement', async (t) => {
    const { near, far } = listen(memoryPeers(t));
    const bytes = someBytes(900_000);
    await sendTransfer(near, { transfer: 1, encoding: 'identity', source: inPieces(bytes) });
    await near.request(testRequests.echo, { text: 'every frame has come' });
    const sink = new MemorySink();
    await receiveTransfer(far, { transfer: 1, parts: [partOf(bytes)], sink });
    assertHolds(sink, [bytes]);
  });

  test('opens contents in order, several small ones at a time', async (t) => {
    const contents = Array.from({ length: 100 }, (_, n) => Buffer.from(`content ${n}`));
    const { near, far } = listen(memoryPeers(t));
    const sink = new MemorySink();
    sink.beforeWrite = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all([
      receiveTransfer(far, { transfer: 1, parts: contents.map((each) => partOf(each)), sink }),
      sendTransfer(near, { transfer: 1, encoding: 'zstd', source: inPieces(Buffer.concat(contents)) }),
    ]);
    assertHolds(sink, contents);
    assert.deepEqual(
      sink.opened.map((part) => part.content),
      contents.map((each) => partOf(each).content),
    );
    assert.ok(sink.mostOpen > 1 && sink.mostOpen <= MAX_OPEN_WRITERS, String(sink.mostOpen));
  });

  test('tells both sides how far it has come', async (t) => {
    const { near, far } = listen(memoryPeers(t));
    const bytes = someBytes(2_000_000);
    const [sent, received]: [number[], number[]] = [[], []];
    await Promise.all([
      receiveTransfer(far, {
        transfer: 1,
        parts: [partOf(bytes)],
        sink: new MemorySink(),
        onProgress: (n) => received.push(n),
      }),
      sendTransfer(near, { transfer: 1, encoding: 'zstd', source: inPieces(bytes), onProgress: (n) => sent.push(n) }),
    ]);
    for (const reports of [sent, received]) {
      assert.equal(reports.at(-1), 2_000_000);
      assert.deepEqual(
        reports,
        reports.toSorted((a, b) => a - b),
      );
    }
  });
});

describe('flow control', () => {
  for (const limits of [{ ...TINY }, { ...TINY, initialCredit: INITIAL_CREDIT, framePayload: 262_144 }]) {
    test(`lets ${limits.initialCredit} bytes go to a sink that takes none, and everything else goes on`, async (t) => {
      const { near, far, nearLink } = listen(memoryPeers(t));
      for (const peer of [near, far]) peer.transfers.agree(limits);
      const bytes = someBytes(limits.initialCredit * 5);
      const [slow, quick] = [new MemorySink(), new MemorySink()];
      const gate = new Gate();
      slow.beforeWrite = () => gate.pass();
      const stuck = Promise.all([
        receiveTransfer(far, { transfer: 1, parts: [partOf(bytes)], sink: slow }),
        sendTransfer(near, { transfer: 1, encoding: 'identity', source: inPieces(bytes) }),
      ]);
      await gate.arrived();
      await Promise.all([
        receiveTransfer(far, { transfer: 2, parts: [partOf(bytes)], sink: quick }),
        sendTransfer(near, { transfer: 2, encoding: 'identity', source: inPieces(bytes) }),
      ]);
      await near.request(testRequests.echo, { text: 'me too' });
      assert.equal(payloadSent(nearLink.sent, 1), limits.initialCredit);
      gate.open();
      await stuck;
      assertHolds(slow, [bytes]);
    });
  }

  test('keeps the link’s buffer bounded and transfers in turn', async (t) => {
    const { near, far, nearLink } = listen(memoryPeers(t));
    const contents = Array.from({ length: 10 }, () => someBytes(2_000_000));
    let mostBuffered = 0;
    const send = nearLink.sendBinary.bind(nearLink);
    t.mock.method(nearLink, 'sendBinary', (frame: Uint8Array, released?: () => void) => {
      send(frame, released);
      mostBuffered = Math.max(mostBuffered, nearLink.bufferedBytes);
    });
    await Promise.all(
      contents.flatMap((bytes, index) => [
        receiveTransfer(far, { transfer: index + 1, parts: [partOf(bytes)], sink: new MemorySink() }),
        sendTransfer(near, { transfer: index + 1, encoding: 'identity', source: inPieces(bytes) }),
      ]),
    );
    // the high-water mark and at most one frame of each
    assert.ok(mostBuffered < 1_048_576 + 10 * 262_160, String(mostBuffered));
    const halfway = frames(nearLink.sent).slice(0, frames(nearLink.sent).length / 2);
    assert.equal(new Set(halfway.map((frame) => frame.transfer)).size, 10);
  });

  test('keeps to smaller frames where the server announces them', async (t) => {
    const { near, far, nearLink } = listen(memoryPeers(t));
    for (const peer of [near, far]) peer.transfers.agree(TINY);
    await Promise.all([
      receiveTransfer(far, { transfer: 1, parts: [partOf(Buffer.alloc(10_000))], sink: new MemorySink() }),
      sendTransfer(near, { transfer: 1, encoding: 'identity', source: inPieces(Buffer.alloc(10_000)) }),
    ]);
    assert.ok(frames(nearLink.sent).every((frame) => frame.payload.byteLength <= 300));
  });

  test('never takes more from a server that announces more than there is to have', async (t) => {
    const { near } = listen(memoryPeers(t));
    near.transfers.agree({ initialCredit: 2 ** 50, framePayload: 2 ** 30, transfers: 2 ** 20 });
    assert.deepEqual(near.transfers.limits, { initialCredit: INITIAL_CREDIT, framePayload: 262_144, transfers: 32 });
  });

  test('needs one frame for a small content', async (t) => {
    const { near, far, nearLink } = listen(memoryPeers(t));
    const sink = new MemorySink();
    await Promise.all([
      receiveTransfer(far, { transfer: 7, parts: [partOf(Buffer.from('hello'))], sink }),
      sendTransfer(near, { transfer: 7, encoding: 'identity', source: inPieces(Buffer.from('hello')) }),
    ]);
    assert.deepEqual(
      nearLink.sent.map((frame) => Buffer.from(frame)),
      [contentFrame(Buffer.from('hello'), { transfer: 7, last: true })],
    );
  });
});

const frames = (sent: readonly (string | Uint8Array)[]) =>
  sent.filter((each) => typeof each !== 'string').map((each) => readContentFrame(each));

const payloadSent = (sent: readonly (string | Uint8Array)[], transfer: number): number =>
  frames(sent)
    .filter((frame) => frame.transfer === transfer)
    .reduce((sum, frame) => sum + frame.payload.byteLength, 0);
