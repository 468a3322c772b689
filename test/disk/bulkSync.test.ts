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
  const written: string[] = [];
  const bulk: BulkSync = { writeOut: (at) => (written.push(at), system.writeOut(at)) };
  const sync = new DescriptorSync(folder, bulk);
  const batches = Array.from({ length: 6 }, (_, n) => openMany(folder, 100, `batch ${n}`));
  await Promise.all(batches.map((batch) => sync.sync(batch)));
  assert.ok(written.length >= 1 && written.length <= 3, `the hint was given ${written.length} times`);
  assert.deepEqual(new Set(written), new Set([folder]));
  assert.deepEqual(stillOpen(folder), []);
});

test('a few files are synced by themselves, and one that cannot be synced says so', async (t) => {
  const folder = temporaryFolder(t);
  const sync = new DescriptorSync(folder, { writeOut: () => assert.fail('hint') });
  const failed = assert.rejects(sync.sync([openSync('/dev/null', 'r'), ...openMany(folder, 2, 'beside')]), {
    code: 'EINVAL',
  });
  await Promise.all([failed, sync.sync(openMany(folder, 8, 'good'))]);
});

test('of many files all are synced and closed, the first failure is told, and others go on', async (t) => {
  const folder = temporaryFolder(t);
  const sync = new DescriptorSync(folder);
  const bad = openSync('/dev/null', 'r');
  const failed = assert.rejects(sync.sync([...openMany(folder, 100, 'good'), bad, ...openMany(folder, 100, 'more')]), {
    code: 'EINVAL',
  });
  await Promise.all([failed, sync.sync(openMany(folder, 40, 'beside')), sync.sync([])]);
  assert.deepEqual(stillOpen(folder), []);
});

test('the hint is answered for a folder that is gone as well, and after the end', async (t) => {
  const folder = temporaryFolder(t);
  const bulk = new SystemBulkSync();
  await bulk.writeOut(folder);
  await bulk.writeOut(join(folder, 'gone'));
  const asked = Promise.all([bulk.writeOut(folder), bulk.writeOut(folder)]);
  bulk.close();
  await asked;
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
