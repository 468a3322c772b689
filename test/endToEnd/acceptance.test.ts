// What users of such tools complained of most, each complaint as the behaviour that it obliges us to; GUARANTEES.md lists them by
// number. Real folders, a real server, the real engine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { TargetSync } from '../../extension/sync/syncTarget.ts';
import { history, restore } from '../../server/protocol/messages/files.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { Live } from '../support/live.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest, plant } from '../support/tree.ts';

const many = (count: number, folder = ''): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}d${i % 50}/f${i}`, `content ${i}`]));
const sent = (folder: SyncedFolder, method: string): number =>
  folder.calls().filter((called) => called === method).length;
const shift = (file: string, seconds: number): void => {
  const time = Math.floor((Date.now() / 1000 + seconds) / 2) * 2;
  utimesSync(file, time, time);
};

/** A folder in sync with a server that both hold these files. */
async function synced(t: TestContext, tree: Record<string, string>) {
  const server = await startServer(t);
  const folder = new SyncedFolder(t, server);
  plant(folder.root, tree);
  const first = await folder.sync();
  assert.deepEqual([first.conflicts.length, first.problems.length], [0, 0]);
  return { server, folder, there: (path: string) => join(server.directory, path) };
}

test('row 1: an edit on the server is never overwritten; a newer time there alone is no reason to ask', async (t) => {
  const { folder, there } = await synced(t, { edited: 'base', touched: 'base' });
  writeFileSync(there('edited'), 'theirs');
  shift(there('touched'), 3600);
  await folder.serverSees({ edited: 'theirs' });
  writeFileSync(folder.at('edited'), 'mine');
  writeFileSync(folder.at('touched'), 'mine');
  const { summary, conflicts } = await folder.sync();
  assert.deepEqual(
    conflicts.map(({ path, base, mine, theirs }) => [path, ...[base, mine, theirs].map((entry) => entry?.kind)]),
    [['edited', 'file', 'file', 'file']],
  );
  assert.equal(summary.uploaded, 1);
  assert.deepEqual(harvest(folder.root), { edited: 'mine', touched: 'mine' });
  assert.deepEqual(readFileSync(there('edited'), 'utf8'), 'theirs');
  assert.deepEqual(readFileSync(there('touched'), 'utf8'), 'mine');
});

test('row 3: with a watcher on both sides, 10,000 downloaded files are neither sent back nor deleted', async (t) => {
  const live = await Live.start(t, 1, many(10_000));
  const [folder] = live.folders as [SyncedFolder];
  // whatever the watchers have to tell of all this, they have told of it before they tell of this file
  writeFileSync(folder.at('marker'), 'of the test');
  await live.holds(['marker']);
  assert.equal(sent(folder, 'files/commit'), 1);
  assert.deepEqual(harvest(folder.root), { ...harvest(folder.root), ...many(10_000) });
});

test('row 4: a file and a folder that are deleted here are gone on the server, and can be had back', async (t) => {
  const tree = { keep: '1', file: '2', 'folder/a': '3', 'folder/b/c': '4' };
  const { server, folder } = await synced(t, tree);
  rmSync(folder.at('file'));
  rmSync(folder.at('folder'), { recursive: true });
  const { summary } = await folder.sync();
  assert.equal(summary.deletedRemote, 3);
  assert.deepEqual(harvest(server.directory), { keep: '1' });
  const client = await folder.connection.client();
  const { versions } = await client.request(history, { share: 'files', below: true, limit: 10 });
  assert.deepEqual(versions.map(({ path, reason }) => `${path} ${reason}`).sort(), [
    'file deleted',
    'folder/a deleted',
    'folder/b/c deleted',
  ]);
  for (const { path, rev } of versions) await client.request(restore, { share: 'files', path, rev, expect: null });
  await folder.sync();
  assert.deepEqual(harvest(folder.root), { folder: null, 'folder/b': null, ...tree });
});

test('row 5: renaming a folder of 5,000 files is one operation without any content, and ignored files in it stay on both sides', async (t) => {
  const { server, folder, there } = await synced(t, { '.gitignore': '*.log', ...many(5000, 'old/') });
  writeFileSync(folder.at('old/d1/mine.log'), 'ignored here');
  writeFileSync(there('old/d1/theirs.log'), 'ignored there');
  const uploads = sent(folder, 'content/upload');
  renameSync(folder.at('old'), folder.at('new'));
  const { summary } = await folder.sync();
  assert.deepEqual([summary.renamed, summary.uploaded, summary.deletedRemote, summary.problems], [1, 0, 0, 0]);
  assert.equal(sent(folder, 'content/upload'), uploads);
  assert.ok(summary.bytesSent < 10_000, `${summary.bytesSent} bytes`);
  assert.equal(readFileSync(folder.at('new/d1/mine.log'), 'utf8'), 'ignored here');
  assert.equal(readFileSync(there('new/d1/theirs.log'), 'utf8'), 'ignored there');
  assert.ok(!existsSync(there('old')));
  assert.equal(Object.keys(harvest(server.directory)).length, Object.keys(harvest(folder.root)).length);
});

test('row 8: a checkout of another branch with 5,000 files is taken as one storm, without git’s own data, and so is an edit without a save', async (t) => {
  const live = await Live.start(t, 1);
  const [folder] = live.folders as [SyncedFolder];
  const there = (path: string): string => join(live.server.directory, path);
  const origin = join(temporaryFolder(t), 'origin');
  mkdirSync(origin);
  const git = (cwd: string, ...args: string[]): void => {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    const { status, stderr } = spawnSync('git', [...who, ...args], { cwd, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  git(origin, 'init', '--quiet', '--initial-branch', 'main');
  for (const branch of ['main', 'other']) {
    for (const [path, text] of Object.entries(many(5000))) plant(origin, { [path]: `${text} on ${branch}` });
    git(origin, 'add', '.');
    git(origin, 'commit', '--quiet', '-m', branch);
    if (branch === 'main') git(origin, 'checkout', '--quiet', '-b', 'other');
  }
  git(folder.root, 'init', '--quiet', '--initial-branch', 'begin');
  git(folder.root, 'fetch', '--quiet', origin, 'main:main', 'other:other');
  const held = (branch: string): Promise<void> =>
    until(live, () => {
      if (contentOf(there('d49/f4999')) !== `content 4999${branch}`) return false;
      return isDeepStrictEqual(
        harvest(live.server.directory),
        harvest(folder.root, (path) => path === '.git'),
      );
    });
  git(folder.root, 'checkout', '--quiet', 'other');
  await held(' on other');
  const before = sent(folder, 'files/commit');
  git(folder.root, 'checkout', '--quiet', 'main');
  await held(' on main');
  const commits = sent(folder, 'files/commit') - before;
  assert.ok(commits <= 25, `${commits} commits`);
  assert.ok(!existsSync(there('.git')));
  writeFileSync(folder.at('d1/f1'), 'written by a program');
  await until(live, () => contentOf(there('d1/f1')) === 'written by a program');
});

test('row 14: two targets of one folder have states and bases of their own; one that is down leaves the other in sync, and catches up', async (t) => {
  const servers = [await startServer(t), await startServer(t)] as const;
  const addresses = servers.map(({ url, token }) => ({ url, token }));
  const [up, down] = addresses.map((address) => new SyncedFolder(t, address)) as [SyncedFolder, SyncedFolder];
  // one folder for both
  Object.assign(down, { root: up.root, at: up.at });
  plant(up.root, { a: '1', b: '2' });
  const targets = [await up.open(), await down.open()] as const;
  const reaches = (target: TargetSync, kind: string, holds = () => true): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (target.state.kind === kind && holds()) resolve();
      };
      target.onDidChangeState(check);
      target.onSettled(check);
      check();
    });
  const holdsAll = (directory: string) => (): boolean => isDeepStrictEqual(harvest(directory), harvest(up.root));
  for (const target of targets) await target.start();
  await Promise.all(targets.map((target, i) => reaches(target, 'inSync', holdsAll(servers[i]?.directory ?? ''))));
  await servers[1].stop();
  await reaches(targets[1], 'offline');
  writeFileSync(up.at('a'), 'while one is down');
  await reaches(targets[0], 'inSync', holdsAll(servers[0].directory));
  assert.equal(targets[1].state.kind, 'offline');
  const back = await startServer(t, { directory: servers[1].directory });
  Object.assign(addresses[1] ?? {}, { url: back.url });
  await reaches(targets[1], 'inSync', holdsAll(back.directory));
  assert.deepEqual(harvest(back.directory), { a: 'while one is down', b: '2' });
});

test('row 16: edits of different files on two clients at the same time converge, and nothing goes back and forth', async (t) => {
  const live = await Live.start(t, 2, many(40));
  const [one, two] = live.folders as [SyncedFolder, SyncedFolder];
  for (let i = 0; i < 20; i++) {
    writeFileSync(one.at(`d${i}/f${i}`), `one ${i}`);
    writeFileSync(two.at(`d${i + 20}/f${i + 20}`), `two ${i}`);
  }
  await until(live, () => {
    const tree = harvest(live.server.directory);
    return Array.from({ length: 20 }, (_, i) => i).every(
      (i) => tree[`d${i}/f${i}`] === `one ${i}` && tree[`d${i + 20}/f${i + 20}`] === `two ${i}`,
    );
  });
  await live.holds([]);
  const before = [one, two].map((folder) => sent(folder, 'files/commit'));
  for (const folder of [one, two]) writeFileSync(folder.at(`marker of ${folder === one ? 'one' : 'two'}`), '');
  await live.holds(['marker of one', 'marker of two']);
  assert.deepEqual(
    [one, two].map((folder) => sent(folder, 'files/commit')),
    before.map((commits) => commits + 1),
  );
});

test('row 17: the executable bit survives a way over a machine that has none, and other bits stay as each machine has them', async (t) => {
  const { server, folder, there } = await synced(t, { 'run.sh': '+x 1', text: '2' });
  const windows = new SyncedFolder(t, server);
  mkdirSync(windows.root);
  const platform = process.platform;
  const onWindows = async (work: () => unknown): Promise<void> => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    try {
      await work();
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  };
  await onWindows(() => windows.sync());
  // a file system without the bit
  for (const path of ['run.sh', 'text']) chmodSync(windows.at(path), 0o644);
  writeFileSync(windows.at('run.sh'), 'edited');
  await onWindows(() => windows.sync());
  await windows.close();
  chmodSync(there('text'), 0o640);
  await folder.sync();
  assert.deepEqual(harvest(folder.root), { 'run.sh': '+x edited', text: '2' });
  assert.equal(lstatSync(there('text')).mode & 0o777, 0o640);
  assert.equal(lstatSync(there('run.sh')).mode & 0o100, 0o100);
});

test('row 19: a clock that is twelve hours ahead or behind, and times in steps of two seconds, change nothing', async (t) => {
  const { folder, there } = await synced(t, { a: '1', b: '2', 'd/c': '3' });
  for (const hours of [12, -12]) {
    for (const path of ['a', 'b', 'd/c']) {
      shift(there(path), hours * 3600);
      shift(folder.at(path), -hours * 3600);
    }
    const idle = await folder.sync();
    assert.deepEqual([idle.summary.uploaded, idle.summary.downloaded, idle.summary.conflicts], [0, 0, 0]);
    writeFileSync(folder.at('a'), `mine ${hours}`);
    shift(folder.at('a'), -hours * 3600);
    writeFileSync(there('b'), `theirs ${hours}`);
    shift(there('b'), hours * 3600);
    await folder.serverSees({ b: `theirs ${hours}` });
    const { summary } = await folder.sync();
    assert.deepEqual([summary.uploaded, summary.downloaded, summary.conflicts], [1, 1, 0]);
    assert.equal(readFileSync(there('a'), 'utf8'), `mine ${hours}`);
    assert.equal(readFileSync(folder.at('b'), 'utf8'), `theirs ${hours}`);
  }
});

const contentOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** Resolves when something holds after one of the targets has come to rest. */
async function until(live: Live, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = (): void => {
    if (holds()) resolve();
  };
  const listeners = live.targets.map((target) => target.onSettled(check));
  check();
  await promise;
  for (const listener of listeners) listener.dispose();
}
