import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleCompresses } from '../../extension/connect/compressible.ts';
import type { UploadContent } from '../../extension/connect/serverClient.ts';
import { PACK_BYTES, packContents, SMALL_BYTES } from '../../extension/connect/uploadPacks.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';

const source = (id: number, size: number, hint = 'a.txt'): UploadContent => ({
  content: contentIdOf(Buffer.from(String(id))),
  size,
  hint,
  open: async function* () {},
});

test('every content travels once, in packs within the limits', () => {
  const sizes = fc.array(fc.oneof(fc.nat(2000), fc.nat(2 * SMALL_BYTES)), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 20 }), (all, maxContents) => {
      const sources = all.map((size, at) => source(at, size, at % 3 === 0 ? 'a.png' : 'a.txt'));
      const packs = [...packContents(sources, maxContents)];
      const sent = packs.flatMap(({ contents }) => contents.map(({ content }) => content));
      const due = sources.filter(({ size }) => size > 0).map(({ content }) => content);
      assert.deepEqual(sent.toSorted(), due.toSorted());
      for (const { contents, bytes } of packs) {
        assert.equal(
          bytes,
          contents.reduce((sum, { size }) => sum + size, 0),
        );
        assert.ok(contents.length <= maxContents);
        assert.ok(contents.length === 1 || bytes <= PACK_BYTES);
        assert.ok(contents.length === 1 || contents.every(({ size }) => size <= SMALL_BYTES));
      }
    }),
  );
});

test('what is known to be compressed never shares a pack with what is not', () => {
  const packs = [...packContents([source(1, 5000), source(2, 5000, 'b.zip'), source(3, 5000)], 100)];
  assert.deepEqual(
    packs.map(({ compress, contents }) => `${compress} ${contents.length}`),
    ['yes 2', 'no 1'],
  );
});

test('a few bytes are not compressed', () => {
  assert.deepEqual(
    [...packContents([source(1, 100)], 100)].map(({ compress }) => compress),
    ['no'],
  );
});

test('a sample tells text from noise', () => {
  assert.equal(sampleCompresses(Buffer.alloc(10_000, 'some text ')), true);
  assert.equal(sampleCompresses(crypto.getRandomValues(new Uint8Array(60_000))), false);
  assert.equal(sampleCompresses(new Uint8Array()), false);
});
