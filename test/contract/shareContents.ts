import assert from 'node:assert/strict';
import { contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';
import type { Share } from '../../server/store/share.ts';
import { fileEntry, path, ShareUser } from '../support/shareUser.ts';
import type { Catalogue } from './shareContract.ts';

const LARGE = 700_000;
const large = (seed: number): Buffer => Buffer.alloc(LARGE, `${seed} large content `);

async function begin(share: Share, bytes: Buffer, from: number, to: number) {
  const writer = await share.contents.sink().open({ content: contentIdOf(bytes), size: bytes.length, from });
  for (let at = from; at < to; at += 100_000) await writer.write(bytes.subarray(at, Math.min(at + 100_000, to)));
  return writer;
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
