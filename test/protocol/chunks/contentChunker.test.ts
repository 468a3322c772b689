import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ContentChunker } from '../../../server/protocol/chunks/contentChunker.ts';
import { type CutFinder, PlainCutFinder, WasmCutFinder } from '../../../server/protocol/chunks/cutFinder.ts';
import { GEAR, MAX_CHUNK, MIN_CHUNK } from '../../../server/protocol/chunks/gear.ts';
import { groupsOf, type Piece, pieceIdOf } from '../../../server/protocol/chunks/piece.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';

function chunksOf(bytes: Uint8Array, finder: CutFinder, blocks: readonly number[] = []): readonly Piece[] {
  const chunker = new ContentChunker(finder);
  let at = 0;
  for (const block of blocks) chunker.update(bytes.subarray(at, (at += block)));
  chunker.update(bytes.subarray(at));
  return chunker.finish();
}

const RANDOM = randomBytes(3 * 1024 * 1024);
const TEXT = Buffer.from(
  Array.from({ length: 60_000 }, (_, line) => `${line} the same words come again and again ${line % 7}\n`).join(''),
);

/** Random, text, and runs of one byte in between, of up to 1 MiB together. */
const content = fc
  .array(
    fc.record({
      kind: fc.constantFrom('random', 'text', 'zeros'),
      from: fc.nat(500_000),
      length: fc.integer({ min: 0, max: 300_000 }),
    }),
    { maxLength: 4 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kind, from, length }) => {
        if (kind === 'zeros') return Buffer.alloc(length, from % 3);
        return (kind === 'random' ? RANDOM : TEXT).subarray(from, from + length);
      }),
    ),
  );
const blocks = fc.array(fc.oneof(fc.nat(200), fc.nat(100_000)), { maxLength: 40 });

test('both implementations cut alike, however the bytes are handed over', () => {
  const [wasm, plain] = [new WasmCutFinder(), new PlainCutFinder()];
  const property = fc.property(content, blocks, blocks, (bytes, some, others) => {
    assert.deepEqual(chunksOf(bytes, wasm, some), chunksOf(bytes, plain, others));
  });
  fc.assert(property, { numRuns: 60 });
});

test('chunks are the bytes of the content one after the other, within their bounds', () => {
  const property = fc.property(content, (bytes) => {
    const chunks = chunksOf(bytes, new WasmCutFinder());
    let at = 0;
    for (const [index, { id, size }] of chunks.entries()) {
      assert.equal(id, pieceIdOf(bytes.subarray(at, at + size)));
      assert.ok(size <= MAX_CHUNK && (size >= MIN_CHUNK || index === chunks.length - 1));
      at += size;
    }
    assert.equal(at, bytes.length);
  });
  fc.assert(property, { numRuns: 30 });
});

test('an inserted byte changes a chunk or two, and a group', () => {
  const before = chunksOf(RANDOM, new WasmCutFinder());
  const edited = Buffer.concat([RANDOM.subarray(0, 1_500_000), Buffer.from('!'), RANDOM.subarray(1_500_000)]);
  const known = new Set(before.map(({ id }) => id));
  const changed = chunksOf(edited, new WasmCutFinder()).filter(({ id }) => !known.has(id));
  assert.ok(changed.length >= 1 && changed.length <= 3, String(changed.length));
});

test('groups cover a list in order, and end where the list itself says so', () => {
  const id = (n: number): string => pieceIdOf(Buffer.from(String(n)));
  const chunks = Array.from({ length: 5000 }, (_, n) => ({ id: id(n), size: n + 1 }));
  const groups = groupsOf(chunks);
  assert.equal(
    groups.reduce((sum, { count }) => sum + count, 0),
    5000,
  );
  assert.equal(
    groups.reduce((sum, { size }) => sum + size, 0),
    (5000 * 5001) / 2,
  );
  const known = new Set(groups.map((group) => group.id));
  const edited = [...chunks.slice(0, 2500), { id: id(-1), size: 1 }, ...chunks.slice(2500)];
  const changed = groupsOf(edited).filter((group) => !known.has(group.id));
  assert.ok(changed.length <= 2, String(changed.length));
});

test('the cuts are those that every version of Syncline makes', () => {
  assert.equal(contentIdOf(Buffer.from(GEAR.buffer)).slice(0, 16), 'cf1407564070bfb4');
  const sizes = chunksOf(TEXT, new WasmCutFinder()).map(({ size }) => size);
  assert.deepEqual(sizes.slice(0, 6), [53862, 17973, 60623, 123252, 165289, 86572]);
});
