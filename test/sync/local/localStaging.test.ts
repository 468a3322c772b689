import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentIdOf, EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import { LocalStaging } from '../../../extension/sync/local/localStaging.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const MEBI = 1024 * 1024;
const large = Buffer.alloc(3 * MEBI, 'large content ');
const content = contentIdOf(large);

function open(
  t: TestContext,
  folder = temporaryFolder(t),
): { staging: LocalStaging; folder: string; files(): string[] } {
  const [root, state] = [join(folder, 'root'), join(folder, 'state')];
  mkdirSync(root, { recursive: true });
  const staging = LocalStaging.open(root, state);
  return { staging, folder, files: () => readdirSync(join(state, 'fetching')) };
}

test('a content that broke off is resumed, also by another process, and checked as a whole', async (t) => {
  const first = open(t);
  const writer = await first.staging.open({ content, size: large.length, from: 0 });
  await writer.write(large.subarray(0, 2 * MEBI));
  await writer.abort();
  const second = open(t, first.folder);
  const from = second.staging.offsetOf({ content, size: large.length });
  assert.equal(from, 2 * MEBI);
  const again = await second.staging.open({ content, size: large.length, from });
  await again.write(large.subarray(from));
  await again.finish();
  assert.ok(second.staging.has(content));
  assert.ok(readFileSync(second.staging.take(content)).equals(large));
});

test('a part that was tampered with is noticed and thrown away', async (t) => {
  const first = open(t);
  const writer = await first.staging.open({ content, size: large.length, from: 0 });
  await writer.write(large.subarray(0, 2 * MEBI));
  await writer.abort();
  writeFileSync(join(first.folder, 'state/fetching', `${content}.part`), Buffer.alloc(2 * MEBI));
  const second = open(t, first.folder);
  const again = await second.staging.open({ content, size: large.length, from: 2 * MEBI });
  await again.write(large.subarray(2 * MEBI));
  await assert.rejects(again.finish(), { code: 'ContentMismatch' });
  assert.deepEqual(second.files(), []);
  assert.equal(second.staging.offsetOf({ content, size: large.length }), 0);
});

test('bytes that are not the content, too few or too many are refused', async (t) => {
  const { staging, files } = open(t);
  const wanted = { content: contentIdOf(Buffer.from('abc')), size: 3, from: 0 };
  for (const text of ['abd', 'ab', 'abcd']) {
    const writer = await staging.open(wanted);
    await writer.write(Buffer.from(text));
    await assert.rejects(writer.finish(), { code: 'ContentMismatch' });
    assert.equal(staging.has(wanted.content), false);
  }
  assert.deepEqual(files(), []);
});

test('small leftovers of an earlier process are removed', async (t) => {
  const first = open(t);
  const writer = await first.staging.open({ content: contentIdOf(Buffer.from('abc')), size: 3, from: 0 });
  await writer.write(Buffer.from('ab'));
  writeFileSync(join(first.folder, 'state/fetching/tmp-1-1'), '');
  assert.deepEqual(open(t, first.folder).files(), []);
});

test('what a process left that died goes, in the folder too, and parts that nobody came back for within a day', async (t) => {
  const { staging, folder, files } = open(t);
  for (const [name, age] of [
    ['old', 25],
    ['young', 23],
  ] as const) {
    const bytes = Buffer.concat([Buffer.from(name), large]);
    const part = { content: contentIdOf(bytes), size: bytes.length, from: 0 };
    const writer = await staging.open(part);
    await writer.write(bytes.subarray(0, 2 * MEBI));
    await writer.abort();
    const at = Date.now() / 1000 - age * 3600;
    utimesSync(join(folder, 'state/fetching', `${part.content}.part`), at, at);
  }
  writeFileSync(join(folder, 'state/fetching/tmp-1-1'), '');
  const borrowed = join(folder, 'root/.syncline/fetching');
  mkdirSync(borrowed, { recursive: true });
  writeFileSync(join(borrowed, content), '');
  LocalStaging.tidy(join(folder, 'root'), join(folder, 'state'));
  assert.equal(files().length, 1);
  assert.deepEqual(readdirSync(join(folder, 'root')), []);
  LocalStaging.tidy(join(folder, 'nowhere'), join(folder, 'no state'));
  mkdirSync(join(folder, 'elsewhere/fetching'), { recursive: true });
  writeFileSync(join(folder, 'elsewhere/fetching/mine'), '');
  symlinkSync('../elsewhere', join(folder, 'root/.syncline'));
  LocalStaging.tidy(join(folder, 'root'), join(folder, 'state'));
  assert.deepEqual(readdirSync(join(folder, 'elsewhere/fetching')), ['mine'], 'a link is not followed');
});

test('a content is given out as often as it is needed, and an empty one needs no fetching', async (t) => {
  const { staging, files } = open(t);
  const bytes = Buffer.from('abc');
  const writer = await staging.open({ content: contentIdOf(bytes), size: 3, from: 0 });
  await writer.write(bytes);
  await writer.finish();
  staging.copy(contentIdOf(bytes), 2);
  await staging.sync();
  const files3 = Array.from({ length: 3 }, () => staging.take(contentIdOf(bytes)));
  assert.equal(new Set(files3).size, 3);
  for (const file of files3) assert.equal(readFileSync(file, 'utf8'), 'abc');
  assert.equal(staging.has(contentIdOf(bytes)), false);
  assert.ok(staging.has(EMPTY_CONTENT));
  assert.equal(readFileSync(staging.take(EMPTY_CONTENT), 'utf8'), '');
  assert.equal(files().length, 4);
});
