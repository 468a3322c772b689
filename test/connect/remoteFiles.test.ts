import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RemoteFiles } from '../../extension/connect/remoteFiles.ts';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { DIRECTORY, type FileEntry } from '../../server/protocol/entry.ts';
import type { Operation, OperationResult } from '../../server/protocol/messages/files.ts';
import { parseWirePath, type WirePath } from '../../server/protocol/wirePath.ts';
import { isSynclineError } from '../support/errors.ts';
import { type DoubleHandlers, ServerDouble } from '../support/serverDouble.ts';

const CURSOR = { epoch: 'epoch-0001', rev: 7 };
const path = parseWirePath;
const FILE: FileEntry = { kind: 'file', content: contentIdOf(Buffer.from('x')), size: 1, executable: false };

async function remote(t: TestContext, handlers: DoubleHandlers, dir?: WirePath): Promise<RemoteFiles> {
  const client = await new ServerDouble(() => handlers).connect();
  t.after(() => client.close());
  return new RemoteFiles(client, { share: 'files', ...(dir && { dir }) });
}

/** A server that answers every commit with this. */
const answering = (result: OperationResult, seen: Operation[] = []): DoubleHandlers => ({
  filesCommit: ({ operations }) => {
    seen.push(...operations);
    return Promise.resolve({ results: operations.map(() => result), cursor: CURSOR });
  },
});

test('a path is what a person means by it', async (t) => {
  const files = await remote(t, {});
  const meant: [string, string | undefined][] = [
    ['a/b.txt', 'a/b.txt'],
    ['./a', 'a'],
    ['.//a/', 'a'],
    ['.', undefined],
    ['', undefined],
    ['./', undefined],
    ['u\u0308', '\u00fc'],
  ];
  for (const [text, expected] of meant) assert.equal(files.resolve(text), expected, JSON.stringify(text));
  for (const text of ['/', '/a', '..', 'a//b', 'a/./b', 'C:\\x']) {
    assert.throws(() => files.resolve(text), isSynclineError('IllegalPath'), text);
  }
  assert.throws(() => files.resolveBelow('.'), isSynclineError('IllegalPath'));
});

test('in a folder of a share, paths are below it and shown without it', async (t) => {
  const files = await remote(t, {}, path('team/me'));
  assert.equal(files.resolve('.'), 'team/me');
  assert.equal(files.resolve('a.txt'), 'team/me/a.txt');
  assert.equal(files.shown(path('team/me/a.txt')), 'a.txt');
  assert.equal(files.shown(path('team/other.txt')), 'team/other.txt');
  assert.throws(() => files.resolve('../other.txt'), isSynclineError('IllegalPath'));
  assert.throws(() => files.resolveBelow('.'), isSynclineError('IllegalPath'));
});

test('each step says what it expects to find, and gives the revision', async (t) => {
  const seen: Operation[] = [];
  const files = await remote(t, answering({ status: 'done', rev: 7 }, seen));
  assert.equal(await files.remove(path('a'), FILE, false), 7);
  assert.equal(await files.rename(path('a'), path('b'), FILE, null), 7);
  assert.equal(await files.makeDirectory(path('c')), 7);
  assert.deepEqual(seen, [
    { kind: 'delete', path: 'a', expect: FILE, recursive: false },
    { kind: 'rename', from: 'a', to: 'b', expect: FILE, expectTo: null },
    { kind: 'makeDirectory', path: 'c' },
  ]);
});

test('what is otherwise than expected is Changed, and says what is there', async (t) => {
  const now = await remote(t, answering({ status: 'conflict', path: path('a'), current: FILE }));
  await assert.rejects(
    now.remove(path('a'), FILE, false),
    isSynclineError('Changed', {
      message: /“a” .* now holds another file\. Nothing was overwritten/,
      data: { path: 'a' },
    }),
  );
  const gone = await remote(t, answering({ status: 'conflict', path: path('a'), current: null }));
  await assert.rejects(gone.remove(path('a'), FILE, false), isSynclineError('Changed', { message: /is gone/ }));
});

test('a file on the way is no folder', async (t) => {
  const files = await remote(t, answering({ status: 'conflict', path: path('a'), current: FILE }));
  await assert.rejects(
    files.makeDirectory(path('a/b')),
    isSynclineError('NotADirectory', { message: /“a” on the server is a file and no folder/ }),
  );
});

test('a problem of the one path is thrown with its code', async (t) => {
  const problem = { status: 'problem', path: path('A'), code: 'NameCollision', message: '“a” is taken.' } as const;
  const files = await remote(t, answering(problem));
  await assert.rejects(files.makeDirectory(path('A')), isSynclineError('NameCollision', { message: '“a” is taken.' }));
});

test('nothing at a path is null, or NotFound for those who need something', async (t) => {
  const files = await remote(t, { filesStat: () => Promise.resolve({ found: null, cursor: CURSOR }) });
  assert.equal(await files.find(path('a')), null);
  await assert.rejects(files.stat(path('a')), isSynclineError('NotFound', { message: /nothing at “a”/ }));
});

test('a large file is asked about first, and only what is lacking travels', async (t) => {
  const asked: string[] = [];
  const files = await remote(t, {
    ...answering({ status: 'done', rev: 7 }),
    contentMissing: ({ contents }) => {
      asked.push(...contents.map(({ content }) => content));
      return Promise.resolve({ missing: [] });
    },
  });
  const bytes = Buffer.alloc(1_000_000, 1);
  const content = contentIdOf(bytes);
  let opened = false;
  const source = {
    content,
    size: bytes.length,
    async *open() {
      opened = true;
      yield bytes;
    },
  };
  assert.equal(await files.put(path('a'), { ...FILE, content, size: bytes.length }, source, null), 7);
  assert.deepEqual(asked, [content]);
  assert.equal(opened, false);
});

test('a folder is listed page by page, and a tree with its snapshot', async (t) => {
  const row = (name: string) => ({ path: path(name), entry: DIRECTORY, rev: 1, modifiedAt: 0 });
  const snapshot = { cursor: CURSOR, after: path('a') };
  const put = (name: string) => ({ kind: 'put' as const, rev: 1, path: path(name), entry: DIRECTORY });
  const files = await remote(t, {
    filesList: ({ after }) =>
      Promise.resolve(after ? { entries: [row('b')], more: false } : { entries: [row('a')], more: true }),
    filesChanges: ({ snapshot: rest }) =>
      Promise.resolve({
        reset: rest === undefined,
        changes: [put(rest ? 'b' : 'a')],
        cursor: CURSOR,
        more: rest === undefined,
        snapshot: rest ? null : snapshot,
      }),
  });
  const names: string[] = [];
  for await (const page of files.list(undefined)) names.push(...page.map((each) => each.path));
  for await (const page of files.tree(undefined)) names.push(...page.map((each) => each.path));
  assert.deepEqual(names, ['a', 'b', 'a', 'b']);
});
