import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FuseBox } from '../crash/fuseBox.ts';
import { asSeenBy, mountReadOnly, withOwnMounts } from '../support/ownMounts.ts';
import { type Ended, ServerProcess, type StartOptions } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { onTightDisk } from '../support/tightDisk.ts';
import { converge, Workspace } from '../support/workspace.ts';

const FILES = 30;

/** A folder that is kept in sync with a server. */
async function setUp(t: TestContext, start: (folder: string, fuse: FuseBox) => StartOptions = () => ({})) {
  const home = temporaryFolder(t);
  const folder = join(home, 'server');
  mkdirSync(folder);
  const fuse = new FuseBox(join(home, 'trouble'));
  const server = await ServerProcess.start(t, home, start(folder, fuse));
  const workspace = new Workspace(server, home, 'work');
  for (let n = 0; n < FILES; n++) workspace.write(`file${n}`, `first ${n}\n`);
  t.after(() => workspace.stop());
  await workspace.watch();
  const local = (name: string): string => readFileSync(join(workspace.folder, name), 'utf8');
  /** As the server sees it. */
  const there = (name: string): string =>
    readFileSync(asSeenBy(server.running.child.pid as number, join(folder, name)), 'utf8');
  return { home, server, workspace, fuse, local, there };
}

/** A refusal in one line that says why, with the status that scripts know. */
function assertRefused({ status, stderr }: Ended, reason: RegExp, expected = 1): void {
  assert.equal(status, expected, stderr);
  assert.match(stderr, /^Error: [^\n]+\n$/);
  assert.match(stderr, reason);
}

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

test('a disk that fills up under a running server: it says so, keeps what it has, and goes on by itself when there is room', async (t) => {
  let isMounted = false;
  const { server, workspace, fuse, local, there } = await setUp(t, (folder, box) => {
    const tight = onTightDisk(folder, 12);
    isMounted = tight !== undefined;
    return tight ? { through: tight } : { env: box.env };
  });
  const filler = asSeenBy(server.running.child.pid as number, join(server.folder, 'filler'));
  if (isMounted) fill(filler);
  else fuse.light({ call: 'any', at: '/server/.+', when: 'before', fails: 'ENOSPC' });
  workspace.write('file1', 'second 1\n');
  const { message } = await workspace.running.line('a full disk', ({ code }) => code === 'DiskFull');
  assert.match(String(message), /the disk is full/i);
  assertRefused(await server.cli(['put', join(workspace.folder, 'file1'), 'other']), /disk is full/);
  assert.equal((await server.cli(['ls'])).status, 0);
  assert.equal(there('file1'), 'first 1\n');
  if (isMounted) rmSync(filler);
  else fuse.putOut();
  await converge([workspace], () => there('file1') === 'second 1\n');
  assert.equal(local('file1'), 'second 1\n');
});

test('a folder of the server that becomes read-only while it runs: each change is refused with its reason, and done when it is not any more', async (t) => {
  const mounts = withOwnMounts();
  const { server, workspace, fuse, there } = await setUp(t, (_, box) =>
    mounts ? { through: mounts } : { env: box.env },
  );
  const pid = server.running.child.pid as number;
  if (mounts) mountReadOnly(pid, server.folder, true);
  else fuse.light({ call: 'any', at: '/server/.+', when: 'before', fails: 'EROFS' });
  workspace.write('file1', 'second 1\n');
  await workspace.running.line('the refusal', ({ code }) => code === 'AccessDenied');
  assertRefused(await server.cli(['put', join(workspace.folder, 'file1'), 'other']), /refuses access/);
  assertRefused(await server.cli(['rm', 'file2']), /refuses access/);
  assert.equal((await server.cli(['ls'])).status, 0);
  assert.equal(there('file1'), 'first 1\n');
  assert.equal(there('file2'), 'first 2\n');
  if (mounts) mountReadOnly(pid, server.folder, false);
  else fuse.putOut();
  await workspace.stop();
  const synced = await workspace.cli('sync', workspace.folder, `${server.url}/files`);
  assert.equal(synced.status, 0, synced.stderr);
  assert.equal(there('file1'), 'second 1\n');
  assert.equal((await server.cli(['rm', 'file2'])).status, 0);
});

test('a share whose folder goes away while clients sync, and comes back: nobody deletes anything, and all goes on by itself', async (t) => {
  const { home, server, workspace, local, there } = await setUp(t);
  const before = workspace.running.lines.length;
  renameSync(server.folder, join(home, 'away'));
  workspace.write('file1', 'second 1\n');
  await workspace.running.line('the missing share', ({ code }) => code === 'ShareUnavailable', before);
  assertRefused(await server.cli(['put', join(workspace.folder, 'file1'), 'other']), /folder is (missing|unavailable)/);
  // an empty folder in its place is not the share
  mkdirSync(server.folder);
  assertRefused(await server.cli(['put', join(workspace.folder, 'file1'), 'other']), /restart the server/);
  assert.deepEqual(readdirSync(server.folder), []);
  assert.equal(readdirSync(workspace.folder).length, FILES);
  rmSync(server.folder, { recursive: true });
  writeFileSync(join(home, 'away/file2'), 'by another program\n');
  renameSync(join(home, 'away'), server.folder);
  await converge([workspace], () => there('file1') === 'second 1\n' && local('file2') === 'by another program\n');
  assert.equal(readdirSync(workspace.folder).length, FILES);
});

test('a share whose folder was removed with all that is in it, and made anew: clients keep everything and ask', async (t) => {
  const { home, server, workspace } = await setUp(t);
  // at once: what is deleted file by file before the state is gone is a deletion like any other
  renameSync(server.folder, join(home, 'gone'));
  rmSync(join(home, 'gone'), { recursive: true });
  mkdirSync(server.folder);
  workspace.write('file1', 'second 1\n');
  await workspace.running.line('the missing share', ({ code }) => code === 'ShareUnavailable');
  const restarted = workspace.running.lines.length;
  await server.running.stop();
  await server.start();
  const { message } = await workspace.running.line('the brake', ({ event }) => event === 'stopped', restarted);
  assert.match(String(message), /server's folder is (empty now|not the one)/);
  assert.equal(readdirSync(workspace.folder).length, FILES);
});

test('a synced folder that is removed and made anew: the server keeps everything and a person is asked; the folder back, all goes on', async (t) => {
  const { home, server, workspace, local, there } = await setUp(t);
  renameSync(workspace.folder, join(home, 'away'));
  await workspace.running.line('the missing folder', ({ code }) => code === 'RootUnavailable');
  mkdirSync(workspace.folder);
  await workspace.running.event('stopped');
  writeFileSync(join(workspace.folder, 'file1'), 'of another folder\n');
  assertRefused(
    await server.cli(['sync', workspace.folder, `${server.url}/files`, '--mode', 'mirror'], { as: 'work' }),
    /Another Syncline process/,
  );
  assert.equal(readdirSync(server.folder).filter((name) => name !== '.syncline').length, FILES);
  rmSync(workspace.folder, { recursive: true });
  writeFileSync(join(home, 'away/file2'), 'second 2\n');
  renameSync(join(home, 'away'), workspace.folder);
  await converge([workspace], () => there('file2') === 'second 2\n');
  assert.equal(there('file1'), 'first 1\n');
  assert.equal(local('file1'), 'first 1\n');
  assert.equal(readdirSync(server.folder).filter((name) => name !== '.syncline').length, FILES);
});
