import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_MESSAGE_BYTES } from '../../server/protocol/limits.ts';
import { ByteStreamLink } from '../../server/protocol/link/byteStreamLink.ts';
import { errorOfClose } from '../../server/protocol/link/closeReason.ts';
import { byteStreams } from '../support/byteStreamLinks.ts';
import { RecordingReceiver } from '../support/recordingReceiver.ts';

function frame(kind: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.byteLength);
  prefix.writeUInt8(kind, 4);
  return Buffer.concat([prefix, bytes]);
}

/** A link whose far end is the test itself. */
function linkFed(): { readable: PassThrough; written: Buffer[]; link: ByteStreamLink; receiver: RecordingReceiver } {
  const readable = new PassThrough();
  const written: Buffer[] = [];
  const writable = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      done();
    },
  });
  const link = new ByteStreamLink(readable, writable);
  const receiver = new RecordingReceiver();
  link.listen(receiver);
  return { readable, written, link, receiver };
}

describe('a link over a byte stream', () => {
  test('looks like this', async () => {
    const { written, link, receiver } = linkFed();
    link.sendText('hé');
    link.sendBinary(Buffer.from([1, 2]));
    link.close({ code: 4504, reason: 'ServerStopping' });
    await receiver.end;
    assert.equal(
      Buffer.concat(written).toString('hex'),
      `000000030168c3a9${'00000002020102'}${'0000001003'}${(4504).toString(16)}${Buffer.from('ServerStopping').toString('hex')}`,
    );
  });

  test('puts frames together again however the stream cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 })), { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        async (frames, cuts) => {
          const stream = Buffer.concat(frames.map(([kind, text]) => frame(kind, text)));
          const { readable, receiver } = linkFed();
          for (let at = 0, n = 0; at < stream.byteLength; n++) {
            const end = at + (cuts[n % cuts.length] ?? 1);
            readable.write(stream.subarray(at, end));
            at = end;
          }
          const received = await receiver.frames(frames.length);
          assert.deepEqual(
            received.map((each) => each.toString()),
            frames.map(([, text]) => text),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  const refused: readonly (readonly [name: string, bytes: Buffer, code: string])[] = [
    ['a text longer than any', prefixOf(MAX_MESSAGE_BYTES + 1, 1), 'TooLarge'],
    ['a binary frame longer than any', prefixOf(256 * 1024 + 17, 2), 'TooLarge'],
    ['four gigabytes', prefixOf(0xffffffff, 1), 'TooLarge'],
    ['an unknown kind', prefixOf(3, 9), 'BadFrame'],
    ['a line of text', Buffer.from('Welcome to this host!\n'), 'BadFrame'],
  ];
  for (const [name, bytes, code] of refused) {
    test(`ends with ${code} at ${name}, before any of it is kept`, async () => {
      const { readable, written, receiver } = linkFed();
      readable.write(bytes);
      assert.equal(errorOfClose(await receiver.end)?.code, code);
      assert.deepEqual(receiver.received, []);
      assert.ok(Buffer.concat(written).includes(code));
    });
  }

  test('is lost when the stream ends within a frame, which is not delivered', async () => {
    const { readable, receiver } = linkFed();
    readable.end(Buffer.concat([frame(1, 'whole'), frame(1, 'cut').subarray(0, 7)]));
    assert.equal(errorOfClose(await receiver.end)?.code, 'ConnectionLost');
    assert.deepEqual(receiver.received, ['whole']);
  });

  test('is lost when a stream fails', async (t) => {
    const { near, far } = await byteStreams(t);
    const receiver = new RecordingReceiver();
    new ByteStreamLink(far, far).listen(receiver);
    near.resetAndDestroy();
    assert.equal(errorOfClose(await receiver.end)?.code, 'ConnectionLost');
  });

  test('that has failed before anyone listened says so', async () => {
    const readable = new Readable({ read() {} });
    const link = new ByteStreamLink(readable, new PassThrough());
    readable.destroy(new Error('gone'));
    await new Promise((resolve) => readable.once('close', resolve));
    const receiver = new RecordingReceiver();
    link.listen(receiver);
    assert.equal(errorOfClose(await receiver.end)?.code, 'ConnectionLost');
  });

  test('is not held open by a peer that does not read', async (t) => {
    const { near, far } = await byteStreams(t);
    const link = new ByteStreamLink(near, near);
    const receiver = new RecordingReceiver();
    link.listen(receiver);
    far.pause();
    while (link.bufferedBytes < 4_000_000) link.sendBinary(Buffer.alloc(200_000));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    link.close({ code: 1000, reason: '' });
    t.mock.timers.tick(2_000);
    await receiver.end;
    assert.ok(near.destroyed);
  });
});

function prefixOf(length: number, kind: number): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(length);
  prefix.writeUInt8(kind, 4);
  return prefix;
}
