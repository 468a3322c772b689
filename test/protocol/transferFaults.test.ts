import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { INITIAL_CREDIT, LINK_HIGH_WATER, MAX_TRANSFERS, PARK_MS, STALL_MS } from '../../server/protocol/limits.ts';
import * as content from '../../server/protocol/messages/content.ts';
import { receiveTransfer } from '../../server/protocol/transfer/receiveTransfer.ts';
import { sendTransfer } from '../../server/protocol/transfer/sendTransfer.ts';
import { Gate } from '../support/gate.ts';
import { MemorySink } from '../support/memorySink.ts';
import { type Peers } from '../support/peers.ts';
import { assertIntact, code, pair, until } from '../support/listeningPeers.ts';
import { testRequests } from '../support/testMessages.ts';
import { contentFrame, inPieces, partOf, someBytes } from '../support/transfers.ts';

const text = someBytes(1000);
const zstd = (bytes: Uint8Array): Buffer => zstdCompressSync(bytes);
const WIDE = zstdCompressSync(Buffer.alloc(80 * 1024 * 1024), { params: { [constants.ZSTD_c_windowLog]: 26 } });
const BOMB = zstd(Buffer.alloc(64 * 1024 * 1024));

describe('a receiver refuses', () => {
  const cases: readonly (readonly [name: string, frames: readonly Buffer[], code: ErrorName])[] = [
    ['a stream that ends early', [contentFrame(text.subarray(1), { last: true })], 'ContentMismatch'],
    ['an empty stream', [contentFrame(Buffer.alloc(0), { last: true })], 'ContentMismatch'],
    ['a stream that is too long', [contentFrame(Buffer.concat([text, text]), { last: true })], 'ContentMismatch'],
    [
      'a stream that is too long by its second frame',
      [contentFrame(text), contentFrame(text, { offset: 1000 })],
      'ContentMismatch',
    ],
    ['other bytes than announced', [contentFrame(Buffer.alloc(1000), { last: true })], 'ContentMismatch'],
    [
      'a gap',
      [contentFrame(text.subarray(0, 10)), contentFrame(text.subarray(20), { offset: 20, last: true })],
      'BadFrame',
    ],
    ['a frame twice', [contentFrame(text.subarray(0, 10)), contentFrame(text.subarray(0, 10))], 'BadFrame'],
    ['a stream that does not begin at 0', [contentFrame(text, { offset: 1, last: true })], 'BadFrame'],
    ['a reserved bit', [withByte(contentFrame(text, { last: true }), 1, 0x82)], 'BadFrame'],
    ['a frame of nothing', [contentFrame(Buffer.alloc(0))], 'BadFrame'],
    [
      'a change of encoding',
      [contentFrame(text.subarray(0, 10)), contentFrame(zstd(text), { offset: 10, zstd: true, last: true })],
      'BadFrame',
    ],
    [
      'zstd that is damaged',
      [contentFrame(withByte(zstd(text), 20, 0xff), { zstd: true, last: true })],
      'ContentMismatch',
    ],
    ['zstd that is none', [contentFrame(text, { zstd: true, last: true })], 'ContentMismatch'],
    ['zstd that is cut', [contentFrame(zstd(text).subarray(0, -5), { zstd: true, last: true })], 'ContentMismatch'],
    [
      'zstd that is cut, over several frames',
      [
        contentFrame(zstd(text).subarray(0, 50), { zstd: true }),
        contentFrame(zstd(text).subarray(50, -5), { offset: 50, zstd: true, last: true }),
      ],
      'ContentMismatch',
    ],
    ['a bomb in one frame', [contentFrame(BOMB, { zstd: true, last: true })], 'ContentMismatch'],
    [
      'a bomb over several frames',
      [
        contentFrame(BOMB.subarray(0, 100), { zstd: true }),
        contentFrame(BOMB.subarray(100), { offset: 100, zstd: true, last: true }),
      ],
      'ContentMismatch',
    ],
    ['a window of 64 MiB', [contentFrame(WIDE, { zstd: true, last: true })], 'ContentMismatch'],
  ];
  for (const [name, frames, expected] of cases) {
    test(`${name}: ${expected}, and tells the sender to stop`, async (t) => {
      const peers = pair(t);
      const sink = new MemorySink();
      const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink });
      for (const frame of frames) peers.nearLink.sendBinary(frame);
      await assert.rejects(receiving, code(expected));
      // what was complete before the fault is verified and may stay
      assert.ok(sink.contents.size === 0 || name.includes('second frame'));
      assert.ok(peers.farLink.sent.includes(`{"jsonrpc":"2.0","method":"content/cancel","params":{"transfer":1}}`));
      await assertIntact(peers, sink);
    });
  }

  const early: readonly (readonly [name: string, bytes: Buffer, cause: RegExp])[] = [
    ['a bomb before it has gone off', BOMB, /ERR_BUFFER_TOO_LARGE/],
    ['a window of 64 MiB before it is allocated', WIDE, /windowTooLarge/],
  ];
  for (const [name, bytes, cause] of early) {
    test(name, async (t) => {
      const { far, nearLink } = pair(t);
      const receiving = receiveTransfer(far, { transfer: 1, parts: [partOf(text)], sink: new MemorySink() });
      nearLink.sendBinary(contentFrame(bytes, { zstd: true, last: true }));
      await assert.rejects(receiving, (error: SynclineError) =>
        cause.test(String((error.cause as { code?: string } | undefined)?.code)),
      );
    });
  }

  test('more than it has granted', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const parts = [partOf(Buffer.alloc(10_000_000))];
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts, sink });
    for (let offset = 0; offset <= INITIAL_CREDIT; offset += 262_144) {
      peers.nearLink.sendBinary(contentFrame(Buffer.alloc(262_144), { offset }));
    }
    await gate.arrived();
    await peers.near.request(testRequests.echo, { text: 'all frames have come' });
    gate.open();
    await assert.rejects(receiving, { code: 'BadFrame', message: /granted/ });
    await assertIntact(peers, sink);
  });

  test('a frame after the last', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink });
    const half = text.subarray(0, 500);
    peers.nearLink.sendBinary(contentFrame(half));
    await gate.arrived();
    peers.nearLink.sendBinary(contentFrame(text.subarray(500), { offset: 500, last: true }));
    peers.nearLink.sendBinary(contentFrame(text, { offset: 1000, last: true }));
    await peers.near.request(testRequests.echo, { text: 'all frames have come' });
    gate.open();
    await assert.rejects(receiving, { code: 'BadFrame', message: /after the last/ });
    await assertIntact(peers, sink);
  });

  test('an encoding that was not announced', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink, encoding: 'identity' });
    peers.nearLink.sendBinary(contentFrame(zstd(text), { zstd: true, last: true }));
    await assert.rejects(receiving, code('BadFrame'));
    await assertIntact(peers, sink);
  });

  test('frames from the receiving side', async (t) => {
    const peers = pair(t);
    const sending = sendTransfer(peers.near, {
      transfer: 1,
      encoding: 'identity',
      source: inPieces(Buffer.alloc(5_000_000)),
    });
    peers.farLink.sendBinary(contentFrame(text));
    await assert.rejects(sending, code('BadFrame'));
    await assertIntact(peers, new MemorySink());
  });

  test('one wrong content among many, and keeps those before it', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const contents = Array.from({ length: 40 }, (_, n) => Buffer.from(`content ${n}`));
    const parts = contents.map((bytes, n) =>
      n === 20 ? { ...partOf(bytes), content: contentIdOf(text) } : partOf(bytes),
    );
    const sending = sendTransfer(peers.near, {
      transfer: 1,
      encoding: 'zstd',
      source: inPieces(Buffer.concat(contents)),
    });
    await assert.rejects(receiveTransfer(peers.far, { transfer: 1, parts, sink }), code('ContentMismatch'));
    await sending.catch(() => {});
    for (const bytes of contents.slice(0, 20)) assert.ok(sink.contents.has(partOf(bytes).content));
    assert.ok(!sink.contents.has(contentIdOf(text)));
    await assertIntact(peers, sink);
  });
});

describe('a transfer that nobody moves is given up', () => {
  test('by the receiver', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink });
    peers.nearLink.sendBinary(contentFrame(text.subarray(0, 10)));
    await gate.arrived();
    gate.open();
    await peers.near.request(testRequests.echo, { text: 'the receiver waits for more' });
    t.mock.timers.tick(STALL_MS);
    await assert.rejects(receiving, code('TransferStalled'));
    assert.deepEqual(sink.staged.get(partOf(text).content), text.subarray(0, 10), 'what came is kept for a resume');
    await assertIntact(peers, sink);
  });

  test('by the sender, when no credit comes', async (t) => {
    const peers = pair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const source = inPieces(Buffer.alloc(5_000_000));
    const sending = sendTransfer(peers.near, { transfer: 1, encoding: 'identity', source });
    await until(() => peers.nearLink.sentBytes >= INITIAL_CREDIT);
    await peers.near.request(testRequests.echo, { text: 'the sender waits for credit' });
    t.mock.timers.tick(STALL_MS);
    await assert.rejects(sending, code('TransferStalled'));
    t.mock.timers.reset();
    await assertIntact(peers, new MemorySink());
  });

  test('by the sender, when the link does not drain', async (t) => {
    const peers = pair(t);
    peers.nearLink.hold();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const source = inPieces(Buffer.alloc(5_000_000));
    const sending = sendTransfer(peers.near, { transfer: 1, encoding: 'identity', source });
    peers.near.transfers.credited(1, 8_000_000);
    await until(() => peers.nearLink.bufferedBytes >= LINK_HIGH_WATER);
    await peers.far.drained();
    t.mock.timers.tick(STALL_MS);
    await assert.rejects(sending, code('TransferStalled'));
    peers.nearLink.release();
    await assertIntact(peers, new MemorySink());
  });

  test('but not while the receiver’s own disk is what is slow', async (t) => {
    const peers = pair(t);
    const sink = new MemorySink();
    const gate = new Gate();
    sink.beforeWrite = () => gate.pass();
    const bytes = someBytes(INITIAL_CREDIT);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const receiving = receiveTransfer(peers.far, { transfer: 1, parts: [partOf(bytes)], sink });
    await sendTransfer(peers.near, { transfer: 1, encoding: 'identity', source: inPieces(bytes) });
    await gate.arrived();
    t.mock.timers.tick(10 * STALL_MS);
    gate.open();
    assert.deepEqual(await receiving, { bytes: INITIAL_CREDIT });
  });
});

describe('transfer ids', () => {
  test('serve once', async (t) => {
    const peers = pair(t);
    const receive = () => receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink: new MemorySink() });
    const first = receive();
    await assert.rejects(receive(), code('InvalidParams'));
    await sendTransfer(peers.near, { transfer: 1, encoding: 'identity', source: inPieces(text) });
    assert.deepEqual(await first, { bytes: 1000 }, 'the first is not harmed');
    await assert.rejects(receive(), code('InvalidParams'));
  });

  test('in use at a time are limited', async (t) => {
    const peers = pair(t);
    const abort = new AbortController();
    const receive = (transfer: number) =>
      receiveTransfer(peers.far, { transfer, parts: [partOf(text)], sink: new MemorySink(), signal: abort.signal });
    const all = Array.from({ length: MAX_TRANSFERS }, (_, n) => receive(n + 1));
    await assert.rejects(receive(MAX_TRANSFERS + 1), code('TooMany'));
    abort.abort();
    for (const each of await Promise.allSettled(all)) assert.equal(each.status, 'rejected');
    await assertIntact(peers, new MemorySink());
  });
});

describe('frames that come before their announcement', () => {
  const announce = (peers: Peers) =>
    receiveTransfer(peers.far, { transfer: 1, parts: [partOf(text)], sink: new MemorySink() });
  const arrived = (peers: Peers) => peers.near.request(testRequests.echo, { text: 'all frames have come' });

  test('are kept up to the initial credit', async (t) => {
    const peers = pair(t);
    for (let offset = 0; offset <= INITIAL_CREDIT; offset += 262_144) {
      peers.nearLink.sendBinary(contentFrame(Buffer.alloc(262_144), { offset }));
    }
    await arrived(peers);
    await assert.rejects(announce(peers), code('BadFrame'));
  });

  test('are kept for so many transfers', async (t) => {
    const peers = pair(t);
    for (let transfer = MAX_TRANSFERS + 1; transfer > 0; transfer--) {
      peers.nearLink.sendBinary(contentFrame(text, { transfer, last: true }));
    }
    await arrived(peers);
    await assert.rejects(announce(peers), code('TooMany'));
  });

  test('are kept up to so many bytes in all', async (t) => {
    const peers = pair(t);
    for (let transfer = 17; transfer > 0; transfer--) {
      for (let offset = 0; offset < INITIAL_CREDIT; offset += 262_144) {
        peers.nearLink.sendBinary(contentFrame(Buffer.alloc(262_144), { transfer, offset }));
      }
    }
    await arrived(peers);
    await assert.rejects(announce(peers), code('TooMany'));
  });

  test('are kept for a while', async (t) => {
    const peers = pair(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    peers.nearLink.sendBinary(contentFrame(text, { last: true }));
    await arrived(peers);
    t.mock.timers.tick(PARK_MS);
    await assert.rejects(announce(peers), code('TransferStalled'));
  });

  test('are dropped when their sender gives up', async (t) => {
    const peers = pair(t);
    peers.nearLink.sendBinary(contentFrame(text, { last: true }));
    peers.near.notify(content.cancel, { transfer: 1 });
    await arrived(peers);
    await assert.rejects(announce(peers), code('Cancelled'));
  });

  test('are told from stragglers of a transfer that is over', async (t) => {
    const peers = pair(t);
    const receiving = announce(peers);
    peers.nearLink.sendBinary(contentFrame(Buffer.alloc(2000)));
    await assert.rejects(receiving, code('ContentMismatch'));
    for (let n = 1; n < 2000; n++) peers.nearLink.sendBinary(contentFrame(Buffer.alloc(2000), { offset: n * 2000 }));
    await assertIntact(peers, new MemorySink());
  });
});

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = value;
  return copy;
}
