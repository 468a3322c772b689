import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { LINK_HIGH_WATER } from '../../server/protocol/limits.ts';
import type { Link } from '../../server/protocol/link/link.ts';
import { RecordingReceiver } from '../support/recordingReceiver.ts';

/** What every implementation of `Link` does. `links` gives both ends of a fresh one. */
export function linkContract(name: string, links: (t: TestContext) => Promise<[Link, Link]>): void {
  describe(name, () => {
    test('carries text and binary frames in order, both ways', async (t) => {
      const [near, far] = await links(t);
      const [atNear, atFar] = [new RecordingReceiver(), new RecordingReceiver()];
      near.listen(atNear);
      far.listen(atFar);
      const frames = ['one', Buffer.from([0, 1, 255]), 'zwei — 二', '', Buffer.alloc(300_000, 7), 'x'.repeat(200_000)];
      for (const [from, at] of [[near, atFar] as const, [far, atNear] as const]) {
        for (const frame of frames) {
          if (typeof frame === 'string') from.sendText(frame);
          else from.sendBinary(frame.subarray(0, 262_160));
        }
        const received = await at.frames(frames.length);
        assert.deepEqual(
          received.map((frame) => frame.length),
          frames.map((frame) => Math.min(frame.length, 262_160)),
        );
        assert.deepEqual(received.slice(0, 4), frames.slice(0, 4));
      }
      assert.equal(near.sentBytes, far.receivedBytes);
      assert.equal(near.receivedBytes, far.sentBytes);
    });

    test('carries any text unchanged', async (t) => {
      const [near, far] = await links(t);
      const receiver = new RecordingReceiver();
      far.listen(receiver);
      const texts = fc.sample(fc.string({ unit: 'grapheme' }), 200);
      for (const text of texts) near.sendText(text);
      assert.deepEqual(await receiver.frames(texts.length), texts);
    });

    test('delivers what came before anyone listened', async (t) => {
      const [near, far] = await links(t);
      near.sendText('early');
      near.sendBinary(Buffer.from('bird'));
      const ready = new RecordingReceiver();
      near.listen(ready);
      far.sendText('ready');
      await ready.frames(1);
      const receiver = new RecordingReceiver();
      far.listen(receiver);
      assert.deepEqual(await receiver.frames(2), ['early', Buffer.from('bird')]);
    });

    test('asks senders to wait above the high-water mark, and lets them go in turn', async (t) => {
      const [near, far] = await links(t);
      near.listen(new RecordingReceiver());
      await near.drained();
      while (near.bufferedBytes < LINK_HIGH_WATER) near.sendBinary(Buffer.alloc(262_160));
      const order: number[] = [];
      const waits = [1, 2, 3, 4, 5, 6].map((n) => near.drained().then(() => order.push(n)));
      assert.deepEqual(order, []);
      far.listen(new RecordingReceiver());
      await Promise.all(waits);
      assert.deepEqual(order, [1, 2, 3, 4, 5, 6]);
      assert.ok(near.bufferedBytes < LINK_HIGH_WATER);
    });

    test('gives a frame back once it no longer reads it', async (t) => {
      const [near, far] = await links(t);
      far.listen(new RecordingReceiver());
      near.listen(new RecordingReceiver());
      await new Promise<void>((resolve) => near.sendBinary(Buffer.alloc(100_000), resolve));
      near.close({ code: 1000, reason: '' });
      await new Promise<void>((resolve) => near.sendBinary(Buffer.alloc(10), resolve));
    });

    test('delivers what was sent before the end, and says why it ended, once', async (t) => {
      const [near, far] = await links(t);
      const [atNear, atFar] = [new RecordingReceiver(), new RecordingReceiver()];
      near.listen(atNear);
      far.listen(atFar);
      near.sendText('last words');
      near.close({ code: 4504, reason: 'ServerStopping' });
      near.close({ code: 1000, reason: '' });
      near.sendText('dropped');
      assert.deepEqual(await atFar.end, { code: 4504, reason: 'ServerStopping' });
      await atNear.end;
      assert.deepEqual(atFar.received, ['last words']);
      near.close({ code: 1000, reason: '' });
      far.close({ code: 1000, reason: '' });
      assert.deepEqual([atNear.ends, atFar.ends], [1, 1]);
    });

    test('drops what is sent after the end, and makes nobody wait', async (t) => {
      const [near, far] = await links(t);
      const atFar = new RecordingReceiver();
      near.listen(new RecordingReceiver());
      far.listen(atFar);
      near.close({ code: 1000, reason: '' });
      await atFar.end;
      far.sendText('into the void');
      far.sendBinary(Buffer.from('too'));
      await far.drained();
      await near.drained();
    });

    test('lets go of those who wait when it ends', async (t) => {
      const [near, far] = await links(t);
      const atNear = new RecordingReceiver();
      near.listen(atNear);
      while (near.bufferedBytes < LINK_HIGH_WATER) near.sendBinary(Buffer.alloc(262_160));
      const waiting = near.drained();
      far.listen(new RecordingReceiver());
      far.close({ code: 1000, reason: '' });
      await waiting;
      await atNear.end;
    });
  });
}
