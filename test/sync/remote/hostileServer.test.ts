import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Operation, OperationResult } from '../../../server/protocol/messages/files.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import { sendTransfer } from '../../../server/protocol/transfer/sendTransfer.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { systemClock } from '../../../extension/connect/clock.ts';
import { Connection } from '../../../extension/connect/connection.ts';
import { TargetSync } from '../../../extension/sync/syncTarget.ts';
import { type DoubleHandlers, ServerDouble } from '../../support/serverDouble.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { harvest } from '../../support/tree.ts';
import { file } from '../../support/treeNotation.ts';

const cursor = { epoch: 'epoch-0001', rev: 9 };
const link = (path: string, target: string): Change => ({
  kind: 'put',
  rev: 1,
  path: path as WirePath,
  entry: { kind: 'link', target },
});
const put = (path: string, text: string): Change => ({
  kind: 'put',
  rev: 1,
  path: path as WirePath,
  entry: file(text),
});

/** A server that tells and sends whatever a test wants. */
class Hostile {
  readonly commits: { id: string; operations: readonly Operation[] }[] = [];
  changes: Change[] = [];
  /** Told to who has seen those already. */
  news: Change[] = [];
  /** Text that is sent instead of a content. */
  bytesFor: (content: string) => Buffer = () => Buffer.alloc(0);
  handlers: (double: ServerDouble) => DoubleHandlers = () => ({});
  answer: (operations: readonly Operation[]) => OperationResult[] = (operations) =>
    operations.map(() => ({ status: 'done', rev: 10 }));

  connect(): ServerDouble {
    return new ServerDouble((double) => ({
      filesChanges: ({ since }) =>
        Promise.resolve({
          reset: !since,
          changes: since ? this.news : this.changes,
          cursor,
          more: false,
          snapshot: null,
        }),
      contentMissing: ({ contents }) => Promise.resolve({ missing: contents.map((each) => ({ ...each, from: 0 })) }),
      filesCommit: ({ id, operations }) => {
        this.commits.push({ id, operations });
        return Promise.resolve({ results: this.answer(operations), cursor: { ...cursor, rev: 10 } });
      },
      contentDownload: ({ transfer, contents }, { signal }) => {
        const bytes = Buffer.concat(contents.map(({ content }) => this.bytesFor(content)));
        const source = (async function* () {
          yield bytes;
        })();
        return sendTransfer(double.peer, { transfer, encoding: 'identity', source, signal });
      },
      ...this.handlers(double),
    }));
  }
}

async function open(t: TestContext, server: Hostile): Promise<{ target: TargetSync; folder: string; root: string }> {
  const folder = temporaryFolder(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  const provider = new Connection({
    connect: () => server.connect().connect(),
    share: 'files',
    keepTrying: true,
    clock: systemClock,
    random: () => 0,
  });
  const target = await TargetSync.open({
    root,
    share: 'files',
    mode: 'two-way',
    stateDirectory: join(folder, 'state'),
    provider,
  });
  t.after(async () => {
    await target.close();
    provider.close();
  });
  return { target, folder, root };
}

test('nothing a server tells makes anything appear outside the folder, or in git', async (t) => {
  const server = new Hostile();
  server.bytesFor = () => Buffer.from('evil');
  server.changes = [
    put('.git/hooks/post-checkout', 'evil'),
    put('.GIT/config', 'evil'),
    put('sub/git~1/config', 'evil'),
    link('outside', '../../outside'),
    link('absolute', '/etc/passwd'),
    link('d/up', '../..'),
    link('ok', 'good'),
    put('good', 'evil'),
  ];
  const { target, folder, root } = await open(t, server);
  const { problems } = await target.syncOnce();
  assert.deepEqual(harvest(root), { d: null, good: 'evil', ok: '-> good' });
  assert.deepEqual(problems.map(({ path, code }) => `${code} ${path}`).sort(), [
    'LinkOutside absolute',
    'LinkOutside d/up',
    'LinkOutside outside',
  ]);
  assert.deepEqual(readdirSync(folder).sort(), ['root', 'state']);
});

test('paths that are no wire paths end the sync, and nothing is written', async (t) => {
  for (const path of ['../escape', '/absolute', 'a/../../b', 'CON', 'a\\b']) {
    const server = new Hostile();
    server.changes = [put(path, 'evil')];
    const { target, root } = await open(t, server);
    await assert.rejects(target.syncOnce(), SynclineError);
    assert.deepEqual(harvest(root), {});
  }
});

test('bytes that are not the content are never put in place', async (t) => {
  const server = new Hostile();
  server.changes = [put('a', 'good')];
  server.bytesFor = () => Buffer.from('evil');
  const { target, root } = await open(t, server);
  await assert.rejects(target.syncOnce(), { code: 'ContentMismatch' });
  assert.deepEqual(harvest(root), {});
});

test('a link that is put where a folder was expected does not lead writes outside', async (t) => {
  const server = new Hostile();
  server.changes = [link('d', 'ok'), put('d/x', 'evil'), put('ok/y', 'fine')];
  server.bytesFor = (content) => Buffer.from(content === contentIdOf(Buffer.from('evil')) ? 'evil' : 'fine');
  const { target, root } = await open(t, server);
  await target.syncOnce();
  assert.deepEqual(harvest(root), { d: null, 'd/x': 'evil', ok: null, 'ok/y': 'fine' });
});

test('an answer with another number of results ends the sync', async (t) => {
  const server = new Hostile();
  server.answer = () => [];
  const { target, root } = await open(t, server);
  writeFileSync(join(root, 'a'), '1');
  await assert.rejects(target.syncOnce(), { code: 'InvalidRequest' });
});

test('a server that accepts nothing is told of, and not asked for ever', async (t) => {
  for (const [result, code] of [
    [{ status: 'problem', path: 'a' as WirePath, code: 'AccessDenied', message: 'no' }, 'AccessDenied'],
    [{ status: 'problem', path: 'a' as WirePath, code: 'MissingContent', message: 'no' }, 'Changed'],
    [{ status: 'conflict', path: 'a' as WirePath, current: null }, 'Changed'],
  ] as const) {
    const server = new Hostile();
    server.answer = (operations) => operations.map(() => result);
    server.handlers = () => ({ contentUpload: () => Promise.resolve({ bytes: 1 }) });
    const { target, root } = await open(t, server);
    writeFileSync(join(root, 'a'), '1');
    const { problems } = await target.syncOnce();
    assert.deepEqual(
      problems.map((problem) => `${problem.path} ${problem.code}`),
      [`a ${code}`],
    );
    assert.ok(server.commits.length <= 6);
  }
});

test('a commit whose answer is lost is sent again with the same id, so that it is done once', async (t) => {
  const server = new Hostile();
  let cuts = 1;
  server.handlers = (double) => ({
    contentUpload: () => Promise.resolve({ bytes: 1 }),
    filesCommit: ({ id, operations }) => {
      server.commits.push({ id, operations });
      if (cuts-- > 0) double.serverLink.cut();
      return Promise.resolve({
        results: operations.map(() => ({ status: 'done' as const, rev: 10 })),
        cursor: { ...cursor, rev: 10 },
      });
    },
  });
  const { target, root } = await open(t, server);
  writeFileSync(join(root, 'a'), '1');
  await assert.rejects(target.syncOnce(), { code: 'ConnectionLost' });
  writeFileSync(join(root, 'a'), '2');
  server.news = [put('a', '1')];
  const { conflicts } = await target.syncOnce();
  assert.equal(server.commits[0]?.id, server.commits[1]?.id);
  assert.deepEqual(
    server.commits.slice(2).flatMap(({ operations }) => operations.map((each) => each.kind === 'put' && each.expect)),
    [file('1')],
  );
  assert.deepEqual(conflicts, []);
  assert.equal(readFileSync(join(root, 'a'), 'utf8'), '2');
});

test('a server whose feed does not tell what it refuses is asked for everything anew', async (t) => {
  const server = new Hostile();
  server.changes = [put('a', 'old')];
  server.bytesFor = () => Buffer.from('old');
  const { target, root } = await open(t, server);
  await target.syncOnce();
  server.changes = [];
  server.answer = (operations) =>
    operations.map((operation) =>
      operation.kind === 'put' && operation.expect !== null
        ? { status: 'conflict', path: 'a' as WirePath, current: null }
        : { status: 'done', rev: 11 },
    );
  server.handlers = () => ({ contentUpload: () => Promise.resolve({ bytes: 1 }) });
  writeFileSync(join(root, 'a'), 'new');
  const { summary, problems } = await target.syncOnce();
  assert.deepEqual(problems, []);
  assert.equal(summary.uploaded, 1, 'with the right expectation this time');
});
