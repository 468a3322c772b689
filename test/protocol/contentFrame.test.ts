import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FRAME_HEADER_BYTES, readContentFrame, writeFrameHeader } from '../../server/protocol/contentFrame.ts';
import { SynclineError } from '../../server/protocol/errors.ts';

const header = (over: Partial<Parameters<typeof writeFrameHeader>[1]> = {}) => ({
  transfer: 1,
  offset: 0,
  zstd: false,
  last: false,
  ...over,
});

function frame(payload: Uint8Array, over?: Parameters<typeof header>[0]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), payload]);
  writeFrameHeader(bytes, header(over));
  return bytes;
}

describe('a content frame', () => {
  test('looks like this', () => {
    const bytes = frame(Buffer.from('hi'), { transfer: 0x01020304, offset: 0x1122334455, zstd: true, last: true });
    assert.equal(bytes.toString('hex'), '01030000010203040000001122334455' + '6869');
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.maxSafeNat(),
        fc.boolean(),
        fc.boolean(),
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(20),
        (transfer, offset, zstd, last, payload, lead) => {
          // a view that does not begin where its memory begins
          const memory = Buffer.concat([Buffer.alloc(lead), frame(payload, { transfer, offset, zstd, last })]);
          const read = readContentFrame(memory.subarray(lead));
          assert.deepEqual(
            { ...read, payload: [...read.payload] },
            { transfer, offset, zstd, last, payload: [...payload] },
          );
        },
      ),
    );
  });

  const good = frame(Buffer.from('x'));
  const changed = (at: number, byte: number): Buffer => {
    const copy = Buffer.from(good);
    copy[at] = byte;
    return copy;
  };
  const malformed: readonly (readonly [name: string, bytes: Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['half a header', good.subarray(0, 15)],
    ['an unknown kind', changed(0, 2)],
    ['an unknown flag', changed(1, 4)],
    ['a reserved byte', changed(3, 1)],
    ['transfer 0', changed(7, 0)],
    ['an offset beyond 2^53', changed(8, 0xff)],
    ['no payload and not the last', frame(Buffer.alloc(0))],
    ['a payload over 256 KiB', frame(Buffer.alloc(256 * 1024 + 1))],
  ];
  for (const [name, bytes] of malformed) {
    test(`with ${name} is refused`, () => assert.throws(() => readContentFrame(bytes), { code: 'BadFrame' }));
  }

  test('may be empty when it is the last', () =>
    assert.equal(readContentFrame(frame(Buffer.alloc(0), { last: true })).last, true));

  test('of any bytes is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          const read = readContentFrame(bytes);
          assert.ok(read.transfer > 0 && Number.isSafeInteger(read.offset));
        } catch (error) {
          assert.ok(error instanceof SynclineError && error.code === 'BadFrame');
        }
      }),
      { numRuns: 5000 },
    );
  });
});
