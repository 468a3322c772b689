import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import { openShare } from '../support/embeddedShare.ts';
import { breakDisk } from '../support/faultyDisk.ts';
import { commitId, fileEntry, path, ShareUser } from '../support/shareUser.ts';

/** A folder on a disk of 4 MiB, or null where nobody may mount one. */
function smallDisk(t: TestContext): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-test-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0;
  t.after(() => {
    if (isMounted) execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  return isMounted ? folder : null;
}

async function upload(share: EmbeddedShare, bytes: Buffer): Promise<void> {
  const writer = await share.contents.sink().open({ content: contentIdOf(bytes), size: bytes.length, from: 0 });
  try {
    for (let at = 0; at < bytes.length; at += 65_536) await writer.write(bytes.subarray(at, at + 65_536));
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writer.finish();
}

test('a full disk refuses what does not fit, changes nothing, and the server lives on', async (t) => {
  const disk = smallDisk(t);
  const { share, directory } = await openShare(t, disk === null ? {} : { directory: join(disk, 'share') });
  const user = new ShareUser(share);
  await user.put('a', 'precious');
  const large = randomBytes(5 * 1024 * 1024);
  const entry = { kind: 'file' as const, content: contentIdOf(large), size: large.length, executable: false };
  const operation = { kind: 'put' as const, path: path('a'), entry, expect: fileEntry('precious') };
  if (disk === null) {
    // nobody may mount a small disk here: let the calls themselves say that it is full
    const broken = breakDisk(1, 'ENOSPC', true);
    await assert.rejects(upload(share, large), { code: 'DiskFull' });
    broken.repair();
  } else {
    await assert.rejects(upload(share, large), { code: 'DiskFull' });
    const fitting = randomBytes(2 * 1024 * 1024);
    await upload(share, fitting);
    const filler = join(directory, 'filler');
    fill(filler);
    await assert.rejects(share.commit({ id: commitId(), operations: [operation], by: 'tester' }), { code: 'DiskFull' });
    assert.equal(share.stats().available, true);
    rmSync(filler);
  }
  assert.deepEqual(await user.tree().then(({ a }) => a), 'precious');
  const [result] = await user.commit(operation);
  assert.equal(result?.status === 'problem' && result.code, 'MissingContent');
  assert.equal((await user.put('a', 'fits')).status, 'done');
  await share.rescan();
  assert.deepEqual(await user.tree(), { a: 'fits' });
});

/** Writes until nothing more fits. */
function fill(file: string): void {
  for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // smaller pieces may still fit
    }
  }
}
