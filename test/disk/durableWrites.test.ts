import assert from 'node:assert/strict';
import { closeSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createExclusive, replaceFile } from '../../server/protocol/disk/atomicFile.ts';
import { diskError } from '../../server/protocol/disk/diskError.ts';
import { syncToDisk } from '../../server/protocol/disk/syncToDisk.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('a replaced file holds the new bytes alone and leaves nothing beside it', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'token');
  await replaceFile(file, 'a longer first text');
  await replaceFile(file, 'second');
  assert.equal(readFileSync(file, 'utf8'), 'second');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['token']);
});

test('a replacement that fails leaves the old file and no temporary one', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'taken'));
  await assert.rejects(replaceFile(join(folder, 'taken'), 'x'), { code: 'EISDIR' });
  assert.deepEqual(readdirSync(folder), ['taken']);
});

test('an exclusive file is never made over something, a dangling link included', (t) => {
  const folder = temporaryFolder(t);
  symlinkSync('nowhere', join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['link', 'file'])
    assert.throws(() => createExclusive(join(folder, name)), { code: 'EEXIST' }, name);
  closeSync(createExclusive(join(folder, 'new')));
  assert.equal(statSync(join(folder, 'new')).mode & 0o777, 0o600);
});

test('syncing settles every path and reports a failure', async (t) => {
  const folder = temporaryFolder(t);
  const files = Array.from({ length: 200 }, (_, i) => join(folder, `f${i}`));
  for (const file of files) writeFileSync(file, file);
  await syncToDisk([...files, folder]);
  await assert.rejects(syncToDisk([...files, join(folder, 'gone')]), { code: 'ENOENT' });
});

test('the hint to write out is given for many files, once', async (t) => {
  const folder = temporaryFolder(t);
  const files = Array.from({ length: 200 }, (_, i) => join(folder, `f${i}`));
  for (const file of files) writeFileSync(file, file);
  let asked = 0;
  const hint = (): Promise<void> => Promise.resolve(void asked++);
  await syncToDisk(files, undefined, hint);
  await syncToDisk(files.slice(0, 5), undefined, hint);
  assert.equal(asked, 1);
});

test("the disk's failures get the code a person can act on, without paths of the machine", () => {
  const failure = (code: string) => Object.assign(new Error(`${code}: open '/secret/place'`), { code });
  const codes = ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EMFILE'];
  assert.deepEqual(
    codes.map((code) => diskError(failure(code), 'write “a”').code),
    [
      'DiskFull',
      'DiskFull',
      'AccessDenied',
      'AccessDenied',
      'StorageFailed',
      'NotFound',
      'NotADirectory',
      'NotADirectory',
      'TooMany',
    ],
  );
  const error = diskError(failure('ENOSPC'), 'write “a”', 'a');
  assert.equal(error.message, 'Failed to write “a”: the disk is full.');
  assert.deepEqual(error.data, { path: 'a' });
  const coded = new SynclineError('Changed');
  assert.equal(diskError(coded, 'read'), coded);
  assert.equal(diskError(new DOMException('stop', 'AbortError'), 'read').code, 'Cancelled');
  assert.equal(diskError(new TypeError('bug'), 'read').code, 'Internal');
});
