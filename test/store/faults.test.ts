import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import { EmbeddedShare } from '../../server/store/embedded/embeddedShare.ts';
import { TestLog } from '../support/embeddedShare.ts';
import { breakDisk } from '../support/faultyDisk.ts';
import { commitId, entryOf, fileEntry, path, ShareUser } from '../support/shareUser.ts';
import { harvest, type Tree } from '../support/tree.ts';

/** In memory where there is such a folder: these tests open hundreds of shares. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const DIRECTORY = { kind: 'directory' as const };
const BEFORE = {
  edit: 'old edit',
  gone: 'old gone',
  'tree/a': 'old a',
  'tree/sub/b': 'old b',
  from: 'moved',
  to: 'old to',
  'old/x': 'x',
};
const UPLOADS = ['new edit', 'new file', 'new twice'];
const OPERATIONS: readonly Operation[] = [
  { kind: 'put', path: path('edit'), entry: fileEntry('new edit', true), expect: fileEntry('old edit') },
  { kind: 'put', path: path('made/new'), entry: fileEntry('new file'), expect: null },
  { kind: 'put', path: path('twice/1'), entry: fileEntry('new twice'), expect: null },
  { kind: 'put', path: path('twice/2'), entry: fileEntry('new twice'), expect: null },
  { kind: 'put', path: path('link'), entry: { kind: 'link', target: 'edit' }, expect: null },
  { kind: 'delete', path: path('gone'), expect: fileEntry('old gone') },
  { kind: 'delete', path: path('tree'), expect: DIRECTORY, recursive: true },
  { kind: 'rename', from: path('from'), to: path('to'), expect: fileEntry('moved'), expectTo: fileEntry('old to') },
  { kind: 'rename', from: path('old'), to: path('renamed'), expect: DIRECTORY, expectTo: null },
];
/** What each path may hold: before, after. A path that is not named holds nothing on that side. */
const AFTER: Tree = {
  edit: '+x new edit',
  link: '-> edit',
  made: null,
  'made/new': 'new file',
  renamed: null,
  'renamed/x': 'x',
  to: 'moved',
  twice: null,
  'twice/1': 'new twice',
  'twice/2': 'new twice',
};

async function open(directory: string): Promise<EmbeddedShare> {
  return EmbeddedShare.open({ name: 'x', directory, log: new TestLog(), rescanMs: 3_600_000, retryMs: 5 });
}

async function prepare(t: TestContext): Promise<{ share: EmbeddedShare; directory: string; before: Tree }> {
  const directory = mkdtempSync(join(FOLDER, 'syncline-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const share = await open(directory);
  const user = new ShareUser(share);
  await user.upload(...Object.values(BEFORE));
  await user.commit(
    ...Object.entries(BEFORE).map(([name, text]) => ({
      kind: 'put' as const,
      path: path(name),
      entry: fileEntry(text),
      expect: null,
    })),
  );
  await user.upload(...UPLOADS);
  return { share, directory, before: harvest(directory) };
}

/** Every path holds what it held before or what it is to hold, and nothing that was there before is lost. */
async function checkPromises(share: EmbeddedShare, directory: string, before: Tree, where: string): Promise<void> {
  const now = harvest(directory);
  for (const name of new Set([...Object.keys(before), ...Object.keys(AFTER), ...Object.keys(now)])) {
    const allowed = [before[name], AFTER[name], name.startsWith('edit') ? '+x new edit' : before[name]];
    assert(allowed.includes(now[name]), `${where}: “${name}” holds ${JSON.stringify(now[name])}`);
  }
  const user = new ShareUser(share);
  assert.deepEqual(await user.tree(), now, `${where}: the index is not what the folder holds`);
  for (const text of Object.values(BEFORE)) assert.equal(await readOr(user, text), text, `${where}: “${text}” is lost`);
}

async function readOr(user: ShareUser, text: string): Promise<string> {
  return user.read(fileEntry(text).content).catch((error: unknown) => String(error));
}

/** Does the operations again as someone who finds them half done. */
async function finish(share: EmbeddedShare, where: string, isTolerated: typeof isFolderMoved): Promise<void> {
  const user = new ShareUser(share);
  await user.upload(...UPLOADS);
  const results = await user.commit(...OPERATIONS);
  const open = results.filter((result, i) => result.status !== 'done' && !isTolerated(OPERATIONS[i], result));
  assert.deepEqual(open, [], `${where}: the repetition fails`);
  assert.deepEqual(await user.tree(), AFTER, where);
}

/**
 * A folder that a commit has moved before it failed is a conflict if it was taken in half by half: the watcher may have told of
 * its absence first. A start looks at all at once.
 */
const isFolderMoved = (operation: Operation | undefined, result: OperationResult): boolean =>
  operation?.kind === 'rename' && result.status === 'conflict' && result.current === null;

test('a disk that fails at any call leaves old or new, loses nothing, and is not noticed later', async (t) => {
  for (let at = 1, more = true; more; at++) {
    const code = at % 2 === 0 ? 'ENOSPC' : 'EIO';
    const { share, directory, before } = await prepare(t);
    const disk = breakDisk(at, code, false);
    const [answer] = await Promise.allSettled([
      share.commit({ id: commitId(), operations: OPERATIONS, by: 'tester' }),
    ]).finally(disk.repair);
    const where = `${code} in ${disk.failed}, call ${at}`;
    more = disk.failed !== undefined;
    if (answer?.status === 'rejected') assert(answer.reason instanceof SynclineError, where);
    else if (more) {
      for (const [i, result] of (answer?.value.results ?? []).entries())
        if (result.status === 'done') assertDone(OPERATIONS[i] as Operation, directory, where);
    }
    await share.rescan();
    await checkPromises(share, directory, before, where);
    await finish(share, where, isFolderMoved);
    await share.close();
    rmSync(directory, { recursive: true });
  }
});

test('a server that dies at any call leaves old or new, and the next start settles the rest', async (t) => {
  for (let at = 1, more = true; more; at++) {
    const { share, directory, before } = await prepare(t);
    const disk = breakDisk(at, 'EIO', true);
    await Promise.allSettled([share.commit({ id: commitId(), operations: OPERATIONS, by: 'tester' })]);
    await share.close();
    disk.repair();
    const where = `death in ${disk.failed}, call ${at}`;
    more = disk.failed !== undefined;
    const next = await open(directory);
    await checkPromises(next, directory, before, where);
    await next.maintain();
    await checkPromises(next, directory, before, `${where}, after housekeeping`);
    const temporary = readdirSync(join(directory, '.syncline/staging')).filter((name) => name.startsWith('tmp-'));
    assert.deepEqual(temporary, [], where);
    await finish(next, where, () => false);
    await next.close();
    rmSync(directory, { recursive: true });
  }
});

function assertDone(operation: Operation, directory: string, where: string): void {
  const now = harvest(directory);
  if (operation.kind === 'put') {
    const wanted = AFTER[operation.path];
    assert.equal(now[operation.path], wanted, where);
    assert.deepEqual(entryOf(wanted ?? ''), operation.entry);
  } else if (operation.kind === 'delete') assert(!(operation.path in now), where);
  else if (operation.kind === 'rename') assert(operation.to in now && !(operation.from in now), where);
}
