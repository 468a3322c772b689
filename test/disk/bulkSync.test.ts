import assert from 'node:assert/strict';
import { openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeSync } from 'node:fs';
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

test('one shell serves all folders of a file system, and another takes its place when its folder has gone', async (t) => {
  const [one, two] = [temporaryFolder(t), temporaryFolder(t)];
  const ofOthers = shells();
  const own = (): string[] => shells().filter((shell) => !ofOthers.includes(shell));
  const bulk = new SystemBulkSync();
  t.after(() => bulk.close());
  await bulk.writeOut(one);
  const [shell, ...none] = own();
  assert.ok(shell && none.length === 0);
  await bulk.writeOut(two);
  assert.deepEqual(own(), [shell]);
  rmSync(one, { recursive: true });
  while (own().includes(shell)) await bulk.writeOut(two);
  await bulk.writeOut(two);
  assert.equal(own().length, 1);
});

/** The ids of the shells that are children of this process. */
function shells(): string[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.filter((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').startsWith('sh\0'));
}

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
