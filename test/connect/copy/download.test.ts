import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { OneDownloadSafety } from '../../../extension/sync/local/downloadSafety.ts';
import { fillUp } from '../../support/fullFolder.ts';
import { download, type DownloadOptions } from '../../../extension/connect/copy/download.ts';
import { RemoteFiles } from '../../../extension/connect/remoteFiles.ts';
import { type ContentId, contentIdOf } from '../../../server/protocol/contentId.ts';
import { DIRECTORY, type Entry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { sendTransfer } from '../../../server/protocol/transfer/sendTransfer.ts';
import { listing } from '../../support/compareTrees.ts';
import { isSynclineError } from '../../support/errors.ts';
import { pseudoRandom } from '../../support/realTree.ts';
import { ServerDouble } from '../../support/serverDouble.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const TEXTS = ['one', 'two', 'three', ''].map((text) => Buffer.from(text));
const file = (text: string, executable = false): Entry => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: text.length,
  executable,
});

interface Setup {
  readonly root: string;
  readonly outside: string;
  fetch(wanted: Record<string, Entry>, options?: DownloadOptions): ReturnType<typeof download>;
}

/** A folder, and a server that has the contents of {@link TEXTS}; what it sends for `lies` is something else. */
async function setUp(t: TestContext, lies?: string): Promise<Setup> {
  const home = temporaryFolder(t);
  const [root, outside] = [join(home, 'root'), join(home, 'outside')];
  mkdirSync(root);
  mkdirSync(outside);
  const known = new Map<ContentId, Buffer>(TEXTS.map((bytes) => [contentIdOf(bytes), bytes]));
  const server: ServerDouble = new ServerDouble(() => ({
    contentDownload: ({ transfer, contents }, { signal }) => {
      async function* source(): AsyncGenerator<Uint8Array> {
        for (const { content } of contents) {
          const bytes = known.get(content);
          if (!bytes) throw new SynclineError('ContentGone');
          yield bytes.toString() === lies ? Buffer.alloc(bytes.length, '!') : bytes;
        }
      }
      return sendTransfer(server.peer, { transfer, encoding: 'identity', source: source(), signal });
    },
  }));
  const client = await server.connect();
  t.after(() => client.close());
  const files = new RemoteFiles(client, { share: 'files' });
  return { root, outside, fetch: (wanted, options) => download(files, root, new Map(Object.entries(wanted)), options) };
}

test('makes files, folders, links and empty files, and leaves nothing of its own', async (t) => {
  const { root, fetch } = await setUp(t);
  const copied = await fetch({
    d: DIRECTORY,
    'd/a': file('one'),
    'd/run': file('two', true),
    'd/same as a': file('one'),
    empty: file(''),
    'empty too': file(''),
    link: { kind: 'link', target: 'd/a' },
  });
  assert.deepEqual(copied, { copied: 6, same: 0, bytes: 6, problems: [] });
  assert.deepEqual(listing(root), ['d/', 'd/a', 'd/run*', 'd/same as a', 'empty', 'empty too', 'link -> d/a']);
  assert.equal(readFileSync(join(root, 'd/same as a'), 'utf8'), 'one');
  assert.notEqual(statSync(join(root, 'd/a')).ino, statSync(join(root, 'd/same as a')).ino, 'two files, not one');
  assert.equal(statSync(join(root, 'd/a')).nlink, 1);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('.')),
    [],
  );
});

test('what is the same already is not fetched', async (t) => {
  const { root, fetch } = await setUp(t);
  const wanted = { a: file('one'), link: { kind: 'link', target: 'a' } } as const;
  await fetch(wanted);
  const before = statSync(join(root, 'a')).mtimeMs;
  assert.deepEqual(await fetch(wanted), { copied: 0, same: 2, bytes: 0, problems: [] });
  assert.equal(statSync(join(root, 'a')).mtimeMs, before);
});

test('refuses all of it when something differs, unless what is replaced is kept', async (t) => {
  const { root, outside, fetch } = await setUp(t);
  writeFileSync(join(root, 'a'), 'mine');
  await assert.rejects(
    fetch({ a: file('one'), b: file('two') }),
    isSynclineError('AlreadyExists', { message: /“a” exists here/ }),
  );
  assert.deepEqual(listing(root), ['a']);
  const safety = new OneDownloadSafety({ folder: outside });
  assert.equal((await fetch({ a: file('one'), b: file('two') }, { safety })).copied, 2);
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'one');
  assert.equal(readFileSync(join(safety.folder ?? '', 'a'), 'utf8'), 'mine');
});

test('a copy that cannot be kept means that nothing is replaced', async (t) => {
  const { root, outside, fetch } = await setUp(t);
  writeFileSync(join(root, 'a'), 'mine');
  const safety = new OneDownloadSafety({ folder: join(outside, 'safety') });
  fillUp(t, join(outside, 'safety'));
  const { problems } = await fetch({ a: file('one'), b: file('two') }, { safety });
  assert.deepEqual(
    problems.map(({ path, code }) => [path, code]),
    [['a', 'DiskFull']],
  );
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'mine');
  assert.equal(readFileSync(join(root, 'b'), 'utf8'), 'two', 'the rest goes on');
});

test('never follows a link out of the folder, and never replaces a folder', async (t) => {
  const { root, outside, fetch } = await setUp(t);
  symlinkSync(outside, join(root, 'd'));
  mkdirSync(join(root, 'folder'));
  const { problems } = await fetch(
    { 'd/a': file('one'), folder: file('two') },
    { safety: { keep() {}, sync: async () => {} } },
  );
  assert.deepEqual(
    problems.map(({ path, code }) => [path, code]),
    [
      ['d/a', 'NotADirectory'],
      ['folder', 'NotAFile'],
    ],
  );
  assert.deepEqual(readdirSync(outside), []);
});

test('a link from the server that leads outside is not made', async (t) => {
  const { root, fetch } = await setUp(t);
  const { problems } = await fetch({ 'd/link': { kind: 'link', target: '../../x' }, d: DIRECTORY });
  assert.equal(problems[0]?.path, 'd/link');
  assert.deepEqual(listing(root), ['d/']);
});

test('a server that sends other bytes than it promised leaves the folder as it was', async (t) => {
  const { root, fetch } = await setUp(t, 'two');
  await assert.rejects(fetch({ a: file('one'), b: file('two') }), isSynclineError('ContentMismatch'));
  assert.deepEqual(listing(root), []);
  assert.deepEqual(readdirSync(root), []);
});

test('content that is gone by then leaves the folder as it was', async (t) => {
  const { root, fetch } = await setUp(t);
  await assert.rejects(fetch({ a: file('never uploaded') }), isSynclineError('ContentGone'));
  assert.deepEqual(readdirSync(root), []);
});

test('what breaks in the middle of a large file goes on from there, and old beginnings are dropped', async (t) => {
  const root = temporaryFolder(t);
  const whole = pseudoRandom('resumed', 5 * 1024 * 1024);
  const content = contentIdOf(whole);
  const asked: number[] = [];
  const server: ServerDouble = new ServerDouble(() => ({
    contentDownload: ({ transfer, contents }, { signal }) => {
      const from = contents[0]?.from ?? 0;
      asked.push(from);
      async function* source(): AsyncGenerator<Uint8Array> {
        yield whole.subarray(from, from + 2 * 1024 * 1024);
        if (from + 2 * 1024 * 1024 < whole.length) throw new SynclineError('StorageFailed');
      }
      return sendTransfer(server.peer, { transfer, encoding: 'identity', source: source(), signal });
    },
  }));
  const client = await server.connect();
  t.after(() => client.close());
  const files = new RemoteFiles(client, { share: 'files' });
  const wanted = new Map<string, Entry>([['large', { kind: 'file', content, size: whole.length, executable: false }]]);
  const parts = join(root, '.syncline', 'parts');
  mkdirSync(parts, { recursive: true });
  writeFileSync(join(parts, 'f'.repeat(64)), 'of the day before yesterday');
  const longAgo = (Date.now() - 2 * 24 * 60 * 60 * 1000) / 1000;
  utimesSync(join(parts, 'f'.repeat(64)), longAgo, longAgo);
  while (!existsSync(join(root, 'large'))) {
    await download(files, root, wanted).catch((error: unknown) => isSynclineError('StorageFailed')(error));
  }
  assert.deepEqual(readFileSync(join(root, 'large')), whole);
  assert.equal(asked[0], 0);
  assert.ok(asked.length <= 5 && asked.every((from, at) => at === 0 || from > (asked[at - 1] ?? 0)), String(asked));
  assert.deepEqual(readdirSync(root), ['large']);
});
