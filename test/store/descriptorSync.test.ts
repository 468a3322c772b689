import assert from 'node:assert/strict';
import { fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WORTH_WRITING_OUT } from '../../server/protocol/disk/writeOut.ts';
import { DescriptorSync } from '../../server/store/embedded/descriptorSync.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('many files that wait are written out together first, and each is synced and closed all the same', async (t) => {
  const folder = temporaryFolder(t);
  let asked = 0;
  const hint = Promise.withResolvers<void>();
  const sync = new DescriptorSync(() => {
    asked++;
    return hint.promise;
  });
  const descriptors = openMany(folder, 3 * WORTH_WRITING_OUT);
  const synced = descriptors.map((descriptor) => sync.sync(descriptor));
  hint.resolve();
  await Promise.all(synced);
  assert.ok(asked >= 1 && asked <= 3, `the hint was asked for ${asked} times`);
  for (const descriptor of descriptors) assert.throws(() => fstatSync(descriptor), { code: 'EBADF' });
});

test('a few files do not need the hint, and one that cannot be synced says so', async (t) => {
  const folder = temporaryFolder(t);
  const sync = new DescriptorSync(() => assert.fail('asked for a hint'));
  const failed = assert.rejects(sync.sync(openSync('/dev/null', 'r')), { code: 'EINVAL' });
  await Promise.all([failed, ...openMany(folder, 8).map((descriptor) => sync.sync(descriptor))]);
});

function openMany(folder: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const descriptor = openSync(join(folder, `file ${index}`), 'wx');
    writeSync(descriptor, `bytes of file ${index}`);
    return descriptor;
  });
}
