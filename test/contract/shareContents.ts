import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ContentChunker } from '../../server/protocol/chunks/contentChunker.ts';
import { pieceIdOf } from '../../server/protocol/chunks/piece.ts';
import { contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';
import type { Share } from '../../server/store/share.ts';
import { fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { isSynclineError } from '../support/errors.ts';
import type { Catalogue } from './shareContract.ts';

const LARGE = 700_000;
const large = (seed: number): Buffer => Buffer.alloc(LARGE, `${seed} large content `);

async function begin(share: Share, bytes: Buffer, from: number, to: number) {
  const writer = await share.contents.sink().open({ content: contentIdOf(bytes), size: bytes.length, from });
  for (let at = from; at < to; at += 100_000) await writer.write(bytes.subarray(at, Math.min(at + 100_000, to)));
  return writer;
}

/** A sink for one content knows which. */
const ANY = { content: EMPTY_CONTENT, size: 0, from: 0 };

async function putBytes(user: ShareUser, at: string, bytes: Buffer): Promise<void> {
  const content = contentIdOf(bytes);
  await (await begin(user.share, bytes, 0, bytes.length)).finish();
  const entry = { kind: 'file' as const, content, size: bytes.length, executable: false };
  const [result] = await user.commit({ kind: 'put', path: path(at), entry, expect: null });
  assert.equal(result?.status, 'done');
}

async function missingOffset(share: Share, bytes: Buffer): Promise<number | null> {
  const [part] = await share.contents.missing([{ content: contentIdOf(bytes), size: bytes.length }]);
  return part?.from ?? null;
}

export const catalogue: Catalogue = {
  async 'only what the share does not hold anywhere has to be sent'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', 'old');
    await user.put('a', 'new');
    await user.upload('staged');
    const contents = ['old', 'new', 'staged', 'unknown', ''].map((text) => ({
      content: contentIdOf(Buffer.from(text)),
      size: text.length,
    }));
    assert.deepEqual(await share.contents.missing(contents), [{ ...contents[3], from: 0 }]);
  },

  async 'going back to what was there before needs no upload'({ share }) {
    const user = new ShareUser(share);
    await user.put('a', 'first');
    await user.put('a', 'second');
    await user.remove('a');
    const [again] = await user.commit({ kind: 'put', path: path('b'), entry: fileEntry('first'), expect: null });
    assert.equal(again?.status, 'done');
    assert.deepEqual(await user.tree(), { b: 'first' });
  },

  async 'a large content is put together from what the share holds, and goes on where that broke'({ share }) {
    const user = new ShareUser(share);
    const [old, fresh] = [randomBytes(LARGE), randomBytes(1000)];
    const bytes = Buffer.concat([fresh, old.subarray(300_000), fresh, old.subarray(0, 300_000)]);
    await putBytes(user, 'old', old);
    const [content, size] = [contentIdOf(bytes), bytes.length];
    const reused = [
      { at: 1000, length: LARGE - 300_000, content: contentIdOf(old), offset: 300_000 },
      { at: size - 300_000, length: 300_000, content: contentIdOf(old), offset: 0 },
    ];
    const broken = await share.contents.assemble({ content, size, from: 0 }, reused).open(ANY);
    await broken.write(fresh);
    await broken.write(fresh.subarray(0, 500));
    await broken.abort();
    const from = LARGE - 300_000 + 1500;
    assert.equal(await missingOffset(share, bytes), from);
    const writer = await share.contents.assemble({ content, size, from }, reused.slice(1)).open(ANY);
    await writer.write(fresh.subarray(500));
    await writer.finish();
    assert.equal(await missingOffset(share, bytes), null);
  },

  async 'what was put together from something else than was believed is refused'({ share }) {
    const user = new ShareUser(share);
    const [old, bytes] = [randomBytes(LARGE), randomBytes(LARGE)];
    await putBytes(user, 'old', old);
    const part = { content: contentIdOf(bytes), size: LARGE, from: 0 };
    const assemble = async (offset: number, id = contentIdOf(old)): Promise<void> => {
      const reused = [{ at: 0, length: LARGE - 5, content: id, offset }];
      const writer = await share.contents.assemble(part, reused).open(ANY);
      try {
        await writer.write(bytes.subarray(LARGE - 5));
      } catch (error) {
        await writer.abort();
        throw error;
      }
      await writer.finish();
    };
    await assert.rejects(assemble(0), isSynclineError('ContentMismatch'));
    await assert.rejects(assemble(6), isSynclineError('ContentGone'));
    await assert.rejects(assemble(Number.MAX_SAFE_INTEGER), isSynclineError('ContentGone'));
    await assert.rejects(assemble(0, contentIdOf(bytes)), isSynclineError('ContentGone'));
    const entry = { kind: 'file' as const, content: part.content, size: LARGE, executable: false };
    const [put] = await user.commit({ kind: 'put', path: path('lie'), entry, expect: null });
    assert.equal(put?.status === 'problem' && put.code, 'MissingContent');
  },

  async 'pieces of a content are found where they lie one behind the other'({ share }) {
    const user = new ShareUser(share);
    const bytes = randomBytes(2_000_000);
    await putBytes(user, 'old', bytes);
    const content = contentIdOf(bytes);
    const chunker = new ContentChunker();
    chunker.update(Buffer.concat([bytes.subarray(500_000), bytes.subarray(0, 500_000)]));
    const pieces = chunker.finish();
    assert.deepEqual(await share.contents.locate({ pieces }, {}), [], 'nobody has asked for that content yet');
    const found = await share.contents.locate({ pieces, content, only: true }, {});
    const covered = found.flatMap(({ first, count }) => pieces.slice(first, first + count));
    assert.ok(covered.reduce((sum, { size }) => sum + size, 0) > 1_000_000);
    for (const { first, count, offset } of found) {
      let at = offset;
      for (const { id, size } of pieces.slice(first, first + count)) {
        assert.equal(pieceIdOf(bytes.subarray(at, at + size)), id);
        at += size;
      }
    }
    assert.deepEqual(await share.contents.locate({ pieces }, {}), found, 'also without being told where to look');
    const unknown = contentIdOf(Buffer.from('unknown'));
    assert.deepEqual(await share.contents.locate({ pieces, content: unknown, only: true }, {}), []);
  },

  async 'an empty file needs no upload'({ share }) {
    const user = new ShareUser(share);
    const results = await user.commit(
      { kind: 'put', path: path('a'), entry: fileEntry(''), expect: null },
      { kind: 'put', path: path('b'), entry: fileEntry('', true), expect: null },
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.deepEqual(await user.tree(), { a: '', b: '+x ' });
    assert.equal(await user.read(EMPTY_CONTENT), '');
  },

  async 'a broken upload goes on where it broke'({ share }) {
    const bytes = large(1);
    const broken = await begin(share, bytes, 0, 400_000);
    await broken.abort();
    assert.equal(await missingOffset(share, bytes), 400_000);
    const writer = await begin(share, bytes, 400_000, LARGE);
    await writer.finish();
    assert.equal(await missingOffset(share, bytes), null);
    const user = new ShareUser(share);
    const entry = { kind: 'file' as const, content: contentIdOf(bytes), size: LARGE, executable: false };
    await user.commit({ kind: 'put', path: path('large'), entry, expect: null });
    assert.equal(await user.read(entry.content), bytes.toString());
  },

  async 'what was uploaded before a restart is not sent again'({ share, reopen }) {
    const user = new ShareUser(share);
    const bytes = large(2);
    await user.upload('small', bytes.toString());
    const reopened = await reopen();
    assert.equal(await missingOffset(reopened, bytes), null);
    assert.equal(await missingOffset(reopened, Buffer.from('small')), null);
    const [result] = await new ShareUser(reopened).commit({
      kind: 'put',
      path: path('a'),
      entry: fileEntry('small'),
      expect: null,
    });
    assert.equal(result?.status, 'done');
  },

  async 'bytes that are not the content that was announced are refused and forgotten'({ share }) {
    for (const size of [10, LARGE]) {
      const bytes = Buffer.alloc(size, 'a');
      const other = Buffer.alloc(size, 'b');
      const writer = await share.contents.sink().open({ content: contentIdOf(bytes), size, from: 0 });
      await writer.write(other);
      await assert.rejects(writer.finish(), { code: 'ContentMismatch' });
      assert.equal(await missingOffset(share, bytes), 0);
      const short = await share.contents.sink().open({ content: contentIdOf(bytes), size, from: 0 });
      await short.write(bytes.subarray(1));
      await assert.rejects(short.finish(), { code: 'ContentMismatch' });
    }
  },

  async 'an upload cannot go on where nothing is'({ share }) {
    const opening = share.contents.sink().open({ content: contentIdOf(large(3)), size: LARGE, from: 5 });
    await assert.rejects(opening, { code: 'MissingContent' });
  },

  async 'two may send the same content at the same time'({ share }) {
    const bytes = large(4);
    const [one, two] = [await begin(share, bytes, 0, LARGE), await begin(share, bytes, 0, 300_000)];
    await one.finish();
    await two.write(bytes.subarray(300_000));
    await two.finish();
    assert.equal(await missingOffset(share, bytes), null);
    const broken = await begin(share, large(5), 0, 200_000);
    const other = await begin(share, large(5), 0, LARGE);
    await broken.abort();
    await other.finish();
    assert.equal(await missingOffset(share, large(5)), null);
  },

  async 'the same content can be sent again while a commit takes it'({ share }) {
    const user = new ShareUser(share);
    for (let i = 0; i < 10; i++) {
      await user.upload(`text ${i}`);
      const entry = fileEntry(`text ${i}`);
      const commit = user.commit({ kind: 'put', path: path(`f${i}`), entry, expect: null });
      const again = Promise.all(Array.from({ length: 5 }, () => user.upload(`text ${i}`)));
      assert.deepEqual(
        (await commit).map(({ status }) => status),
        ['done'],
      );
      await again;
      assert.equal(await user.read(entry.content), `text ${i}`);
      const [second] = await user.commit({ kind: 'put', path: path(`g${i}`), entry, expect: null });
      assert.equal(second?.status, 'done');
      assert.equal(await user.read(entry.content), `text ${i}`);
    }
  },

  async 'a size that is not the content’s is a problem'({ share }) {
    const user = new ShareUser(share);
    await user.upload('text');
    const entry = { ...fileEntry('text'), size: 5 };
    const [result] = await user.commit({ kind: 'put', path: path('a'), entry, expect: null });
    assert.equal(result?.status === 'problem' && result.code, 'ContentMismatch');
    const [right] = await user.commit({ kind: 'put', path: path('a'), entry: fileEntry('text'), expect: null });
    assert.equal(right?.status, 'done');
  },

  async 'contents are read from any offset, and those of history as well'({ share }) {
    const user = new ShareUser(share);
    const text = large(6).toString();
    await user.put('large', text);
    const { content } = fileEntry(text);
    for (const from of [0, 1, 262_143, 262_144, 262_145, LARGE - 1, LARGE])
      assert.equal(await user.read(content, from), text.slice(from), String(from));
    await user.remove('large');
    assert.equal(await user.read(content, 262_145), text.slice(262_145));
    await user.put('small', 'abc');
    assert.equal(await user.read(fileEntry('abc').content, 1), 'bc');
  },

  async 'what the share does not hold is gone, and what is only staged is nobody’s'({ share }) {
    const user = new ShareUser(share);
    await user.upload('staged');
    for (const text of ['staged', 'unknown'])
      await assert.rejects(user.read(fileEntry(text).content), { code: 'ContentGone' }, text);
  },
};
