import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contentIdOf, EMPTY_CONTENT } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { hashFile, hashFiles } from '../../server/protocol/disk/hashFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const codeOf = (result: unknown): string => (result instanceof SynclineError ? result.code : 'read');

test('the content of a file is the SHA-256 of its bytes, at any size', async (t) => {
  const root = temporaryFolder(t);
  const sizes = [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024 + 7];
  for (const size of sizes) writeFileSync(join(root, `f${size}`), Buffer.alloc(size, size % 251));
  const hashed = await hashFiles(
    root,
    sizes.map((size) => `f${size}`),
  );
  hashed.forEach((result, i) => {
    assert(!(result instanceof SynclineError));
    assert.equal(result.content, contentIdOf(Buffer.alloc(sizes[i] ?? 0, (sizes[i] ?? 0) % 251)));
    assert.equal(result.size, sizes[i]);
  });
  assert.equal((await hashFile(join(root, 'f0'), 'f0')).content, EMPTY_CONTENT);
});

test('only regular files are read, and never through a link', async (t) => {
  const root = temporaryFolder(t);
  const outside = temporaryFolder(t);
  writeFileSync(join(outside, 'secret'), 'secret');
  writeFileSync(join(root, 'good'), 'good');
  mkdirSync(join(root, 'folder'));
  symlinkSync(join(outside, 'secret'), join(root, 'link'));
  symlinkSync(outside, join(root, 'linked'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const results = await hashFiles(root, ['link', 'linked/secret', 'folder', 'pipe', 'gone', 'good']);
  assert.deepEqual(results.map(codeOf), [
    'NotADirectory',
    'NotADirectory',
    'NotAFile',
    'UnsupportedType',
    'NotFound',
    'read',
  ]);
});

test('a file that grows while it is read is reported as changed', async (t) => {
  const root = temporaryFolder(t);
  const file = join(root, 'growing');
  writeFileSync(file, Buffer.alloc(8 * 1024 * 1024));
  const hashing = hashFile(file, 'growing');
  appendFileSync(file, 'more');
  await assert.rejects(hashing, { code: 'Changed' });
});

test('of each file it says when it was read, whatever came after it', async (t) => {
  const root = temporaryFolder(t);
  for (const name of ['first', 'second']) writeFileSync(join(root, name), name);
  const before = Date.now();
  let firstWasRead = 0;
  const onContent = async (index: number): Promise<void> => {
    if (index > 0) return;
    firstWasRead = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 60));
  };
  const [first, second] = await hashFiles(root, ['first', 'second'], { onContent });
  assert(first && second && !(first instanceof SynclineError) && !(second instanceof SynclineError));
  assert(Number(first.readAtNs) / 1e6 >= before && Number(first.readAtNs) / 1e6 <= firstWasRead);
  assert(Number(second.readAtNs) / 1e6 > firstWasRead);
});

test('hashing stops when it is aborted', async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(join(root, 'large'), Buffer.alloc(4 * 1024 * 1024));
  const abort = new AbortController();
  const hashing = hashFiles(root, ['large'], { signal: abort.signal });
  abort.abort();
  await assert.rejects(hashing, { code: 'Cancelled' });
});
