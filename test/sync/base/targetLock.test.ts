import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TargetLock } from '../../../extension/sync/base/targetLock.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('a target is synced once at a time', (t) => {
  const folder = temporaryFolder(t);
  const lock = TargetLock.acquire(folder);
  assert.throws(() => TargetLock.acquire(folder), {
    code: 'TargetBusy',
    message: 'This target is already being synced here.',
  });
  lock.release();
  TargetLock.acquire(folder).release();
});

test('a lock that could not be noted is not held', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'owner.txt'));
  assert.throws(() => TargetLock.acquire(folder), { code: 'NotAFile' });
  rmdirSync(join(folder, 'owner.txt'));
  TargetLock.acquire(folder).release();
});

test('a lock is given back also when its note cannot be removed', (t) => {
  const folder = temporaryFolder(t);
  const lock = TargetLock.acquire(folder);
  rmSync(join(folder, 'owner.txt'));
  mkdirSync(join(folder, 'owner.txt'));
  lock.release();
  rmdirSync(join(folder, 'owner.txt'));
  TargetLock.acquire(folder).release();
});

test('the lock of another process is named, and ends when that process is killed', async (t) => {
  const folder = temporaryFolder(t);
  const program = `
    const { TargetLock } = await import(${JSON.stringify(import.meta.resolve('../../../extension/sync/base/targetLock.ts'))});
    globalThis.held = TargetLock.acquire(${JSON.stringify(folder)});
    console.log('locked');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  assert.throws(() => TargetLock.acquire(folder), {
    code: 'TargetBusy',
    message: `Another Syncline process (number ${child.pid}) is syncing this target.`,
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  TargetLock.acquire(folder).release();
});
