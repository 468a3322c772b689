import assert from 'node:assert/strict';
import { openSync, readdirSync, readlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type BulkSync, SystemBulkSync } from '../../server/protocol/disk/bulkSync.ts';
import { DescriptorSync } from '../../server/protocol/disk/descriptorSync.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('many files that wait are written out first, and each is synced and closed all the same', async (t) => {
  const folder = temporaryFolder(t);
  const system = new SystemBulkSync();
  t.after(() => system.close());
  const [written, synced]: [string[], number[]] = [[], []];
  const bulk: BulkSync = {
    writeOut: (at) => (written.push(at), system.writeOut(at)),
    sync: (descriptors) => (synced.push(...descriptors), system.sync(descriptors)),
  };
  const sync = new DescriptorSync(folder, bulk);
  const batches = Array.from({ length: 6 }, (_, n) => openMany(folder, 100, `batch ${n}`));
  await Promise.all(batches.map((batch) => sync.sync(batch)));
  assert.ok(written.length >= 1 && written.length <= 3, `the hint was given ${written.length} times`);
  assert.deepEqual(new Set(written), new Set([folder]));
  assert.ok(synced.length === 600);
  assert.deepEqual(stillOpen(folder), []);
});

test('a few files are synced by themselves, and one that cannot be synced says so', async (t) => {
  const folder = temporaryFolder(t);
  const bulk: BulkSync = { writeOut: () => assert.fail('hint'), sync: () => assert.fail('threads') };
  const sync = new DescriptorSync(folder, bulk);
  const failed = assert.rejects(sync.sync([openSync('/dev/null', 'r'), ...openMany(folder, 2, 'beside')]), {
    code: 'EINVAL',
  });
  await Promise.all([failed, sync.sync(openMany(folder, 8, 'good'))]);
});

test('a thread closes all it was given, tells the first failure, and goes on', async (t) => {
  const folder = temporaryFolder(t);
  const bulk = new SystemBulkSync();
  t.after(() => bulk.close());
  const bad = openSync('/dev/null', 'r');
  const good = openMany(folder, 40, 'good');
  await assert.rejects(bulk.sync([...good, bad]), { code: 'EINVAL' });
  assert.deepEqual(stillOpen(folder), []);
  const parallel = Array.from({ length: 8 }, (_, n) => bulk.sync(openMany(folder, 40, `parallel ${n}`)));
  await Promise.all(parallel);
});

test('the hint is answered for a folder that is gone as well, and after the end', async (t) => {
  const folder = temporaryFolder(t);
  const bulk = new SystemBulkSync();
  await bulk.writeOut(folder);
  await bulk.writeOut(join(folder, 'gone'));
  await Promise.all([bulk.writeOut(folder), bulk.writeOut(folder), bulk.close()]);
});

function openMany(folder: string, count: number, name: string): number[] {
  return Array.from({ length: count }, (_, index) => {
    const descriptor = openSync(join(folder, `${name} ${index}`), 'wx');
    writeSync(descriptor, `bytes of file ${index}`);
    return descriptor;
  });
}

/** Files of a folder that this process still holds open. */
function stillOpen(folder: string): string[] {
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.startsWith(folder));
}
