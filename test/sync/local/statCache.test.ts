import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FolderOfFiles, StatCache, type StoredFiles } from '../../../extension/sync/local/statCache.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { treeOf } from '../../support/treeNotation.ts';

const second = 1_000_000_000n;
const at = 1_700_000_000n * second + 123_456n;
const identity: StatIdentity = { ino: 7n, size: 3, mtimeNs: at, ctimeNs: at, mode: 0o100644 };
const content = contentIdOf(Buffer.from('abc'));
const [a, b, da] = ['a', 'b', 'd/a'].map(parseWirePath) as [
  ReturnType<typeof parseWirePath>,
  ReturnType<typeof parseWirePath>,
  ReturnType<typeof parseWirePath>,
];

const stored = (folders: readonly FolderOfFiles[]): StoredFiles => ({
  knownFiles: () => folders,
  knownFilesIn: (folder) => folders.find(([path]) => path === folder)?.[1] ?? [],
});

test('knows a file again as long as nothing about it changed', () => {
  const cache = new StatCache();
  cache.remember(a, identity, content, at + second);
  assert.equal(cache.contentOf(a, identity), content);
  for (const change of [{ size: 4 }, { mtimeNs: at + 1n }, { ctimeNs: at + 1n }, { ino: 8n }, { mode: 0o100755 }]) {
    assert.equal(cache.contentOf(a, { ...identity, ...change }), undefined, JSON.stringify(Object.keys(change)));
  }
});

test('does not trust a file that was read just after it changed: it may change again in the same tick', () => {
  const cache = new StatCache();
  cache.remember(a, identity, content, at + 1_000_000n);
  assert.equal(cache.contentOf(a, identity), undefined);
  cache.remember(a, { ...identity, ctimeNs: at + second }, content, at + second);
  assert.equal(cache.contentOf(a, { ...identity, ctimeNs: at + second }), undefined);
});

test('forgets what it knew of a file that was read too early after a change', () => {
  const cache = new StatCache();
  cache.remember(a, identity, content, at + second);
  cache.remember(a, { ...identity, mtimeNs: at + second, ctimeNs: at + second }, content, at + second);
  assert.equal(cache.contentOf(a, { ...identity, mtimeNs: at + second, ctimeNs: at + second }), undefined);
});

test('knows a file that was moved with its folder', () => {
  const cache = new StatCache();
  cache.remember(da, identity, content, at + second);
  assert.equal(cache.contentOf(b, identity), content);
});

test('tells which folders changed until that was saved, and starts again from what was saved', async () => {
  const cache = new StatCache();
  cache.remember(a, identity, content, at + second);
  cache.remember(da, { ...identity, ino: 8n }, content, at + second);
  const changes = cache.changes();
  assert.deepEqual(
    changes.map(([folder]) => folder),
    ['', 'd'],
  );
  assert.deepEqual(cache.changes(), changes);
  cache.saved(changes);
  assert.deepEqual(cache.changes(), []);
  const again = new StatCache(stored(changes));
  assert.equal(again.contentOf(a, identity), content);
  await again.prune(treeOf('d/a=abc'));
  assert.deepEqual(again.changes(), [['', []]]);
});

test('tells what changed in portions, each a folder at least', () => {
  const cache = new StatCache();
  for (const path of [a, b, da]) cache.remember(path, { ...identity, ino: BigInt(path.length) }, content, at + second);
  assert.deepEqual([cache.changed, cache.changes(1).map(([folder]) => folder)], [2, ['']]);
  cache.saved(cache.changes(1));
  assert.deepEqual([cache.changed, cache.changes(1).map(([folder]) => folder)], [1, ['d']]);
});
