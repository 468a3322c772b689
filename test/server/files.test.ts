import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import type { Entry } from '../../server/protocol/entry.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { ParamsOf } from '../../server/protocol/messages/message.ts';
import { probe } from '../../server/protocol/messages/session.ts';
import type { Cursor } from '../../server/protocol/messages/values.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';
import { isSynclineError } from '../support/errors.ts';
import { notified, openPeer, type PeerClient } from '../support/peerClient.ts';
import { startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const directory = temporaryFolder({ after: (work) => after(work as () => void) });
mkdirSync(join(directory, 'docs'));
writeFileSync(join(directory, 'docs/readme.txt'), 'read me\n');
writeFileSync(join(directory, 'empty'), '');
const server = await startServer({ after: (work) => after(work) }, { directory });

const README = entryOf('read me\n');
const share = 'files';
const path = parseWirePath;

const open = async (t: TestContext): Promise<PeerClient> => {
  const client = await openPeer(server);
  t.after(() => client.peer.close());
  return client;
};

test('files that were there before the server are listed, and looked up', async (t) => {
  const { peer } = await open(t);
  const { entries, more } = await peer.request(files.list, { share });
  assert.deepEqual(
    entries.map((row) => `${row.path} ${row.entry.kind}`),
    ['docs directory', 'empty file'],
  );
  assert.equal(more, false);
  const below = await peer.request(files.list, { share, path: path('docs') });
  assert.deepEqual(
    below.entries.map((row) => row.entry),
    [README],
  );
  assert.equal((await peer.request(files.stat, { share, path: path('docs/none') })).found, null);
  await assert.rejects(peer.request(files.list, { share, path: path('none') }), isSynclineError('NotFound'));
  const unknown = peer.request(files.list, { share: 'other' });
  await assert.rejects(
    unknown,
    isSynclineError('UnknownShare', { message: 'The server has no share “other”; it has “files”.' }),
  );
});

test('listings and snapshots come page by page', async (t) => {
  const { peer } = await open(t);
  const first = await peer.request(files.list, { share, limit: 1 });
  const second = await peer.request(files.list, { share, limit: 1, after: first.entries[0]?.path });
  assert.deepEqual([first.more, second.more, second.entries[0]?.path], [true, false, 'empty']);
  const paths: string[] = [];
  let page = await peer.request(files.changes, { share, limit: 2 });
  assert.equal(page.reset, true);
  for (;;) {
    for (const change of page.changes) if (change.kind === 'put') paths.push(change.path);
    if (!page.more || !page.snapshot) break;
    page = await peer.request(files.changes, { share, limit: 2, snapshot: page.snapshot });
  }
  assert.deepEqual(paths, ['docs', 'docs/readme.txt', 'empty']);
});

test('a commit is carried out once, and answered again to who asks again', async (t) => {
  const { peer } = await open(t);
  const request = {
    share,
    id: 'commit-make-folder',
    operations: [{ kind: 'makeDirectory' as const, path: path('made') }],
  };
  const first = await peer.request(files.commit, request);
  assert.equal(first.results[0]?.status, 'done');
  rmSync(join(directory, 'made'), { recursive: true });
  assert.deepEqual((await peer.request(files.commit, request)).results, first.results);
  assert.ok(!existsSync(join(directory, 'made')));
});

test('what is not as expected stays, and is told', async (t) => {
  const { peer } = await open(t);
  const expect = entryOf('something else\n');
  const { results } = await peer.request(files.commit, {
    share,
    id: 'commit-conflict',
    operations: [{ kind: 'delete', path: path('docs/readme.txt'), expect }],
  });
  assert.deepEqual(results, [{ status: 'conflict', path: 'docs/readme.txt', current: README }]);
  assert.equal(readFileSync(join(directory, 'docs/readme.txt'), 'utf8'), 'read me\n');
});

test('who watches is told of commits of others, of its own, and of other programs', async (t) => {
  const [one, other] = [await open(t), await open(t)];
  const events: { readonly from: Cursor; readonly cursor: Cursor }[] = [];
  const told = [changesOf(one, 'watched', (event) => events.push(event)), changesOf(other, 'watched')];
  const { cursor } = await one.peer.request(files.watch, { share });
  await other.peer.request(files.watch, { share });
  await other.peer.request(files.commit, {
    share,
    id: 'commit-watched',
    operations: [{ kind: 'makeDirectory', path: path('watched') }],
  });
  const [first] = await Promise.all(told);
  assert.equal(first?.truncated, false);
  // what an earlier test did by hand may be noticed only now; the events have no gap in any case
  assert.deepEqual(
    events.map(({ from }) => from),
    [cursor, ...events.slice(0, -1).map((event) => event.cursor)],
  );
  const outside = changesOf(one, 'watched/by-hand.txt');
  writeFileSync(join(directory, 'watched/by-hand.txt'), 'by hand\n');
  await outside;
});

test('who watches a folder is told of what lies below it, and nothing more after unwatch', async (t) => {
  const client = await open(t);
  const dir = path('narrow');
  await commit(client, 'commit-narrow', 'narrow');
  await client.peer.request(files.watch, { share, dir });
  const told = notified(client, files.didChange);
  await commit(client, 'commit-wide', 'wide');
  await commit(client, 'commit-inside', 'narrow/inside');
  const { changes, dir: about } = await told;
  assert.deepEqual([about, changes.map((change) => change.kind !== 'rename' && change.path)], [dir, ['narrow/inside']]);
  await client.peer.request(files.unwatch, { share, dir });
  const late: unknown[] = [];
  client.peer.onNotification(files.didChange, (params) => late.push(params));
  await commit(client, 'commit-later', 'narrow/later');
  await client.peer.request(files.stat, { share, path: dir });
  assert.deepEqual(late, []);
});

test('a client that does not read is not waited for, and finds no gap when it reads on', async (t) => {
  const [slow, busy] = [await open(t), await open(t)];
  let { cursor: told } = await slow.peer.request(files.watch, { share });
  slow.socket.pause();
  let last = told;
  for (let round = 0; round < 5; round++) {
    const operations = Array.from({ length: 200 }, (_, n) => ({
      kind: 'makeDirectory' as const,
      path: path(`storm/${round}-${n}`),
    }));
    ({ cursor: last } = await busy.peer.request(files.commit, { share, id: `commit-storm-${round}`, operations }));
  }
  const caughtUp = notified(slow, files.didChange, ({ from, cursor }) => {
    assert.deepEqual(from, told);
    told = cursor;
    return cursor.rev === last.rev;
  });
  slow.socket.resume();
  await caughtUp;
  const since = { ...last, rev: last.rev - 3 };
  const { changes, reset } = await slow.peer.request(files.changes, { share, since });
  assert.deepEqual([changes.length, reset], [3, false]);
});

test('what was replaced is in history, under the name of the token, and can be restored', async (t) => {
  const { peer } = await open(t);
  const expect = README;
  await peer.request(files.commit, {
    share,
    id: 'commit-delete-readme',
    operations: [{ kind: 'delete', path: path('docs/readme.txt'), expect }],
  });
  const { versions } = await peer.request(files.history, { share, path: path('docs/readme.txt') });
  const [version] = versions;
  assert.deepEqual([version?.reason, version?.by, version?.entry], ['deleted', 'default', README]);
  const restored = await peer.request(files.restore, {
    share,
    path: path('docs/readme.txt'),
    rev: version?.rev ?? 0,
    expect: null,
  });
  assert.equal(restored.result.status, 'done');
  assert.equal(readFileSync(join(directory, 'docs/readme.txt'), 'utf8'), 'read me\n');
});

test('a commit under way when the server is told to stop is finished and answered', async (t) => {
  const alone = await startServer(t);
  const client = await openPeer(alone);
  const operations = Array.from({ length: 1_500 }, (_, n) => ({
    kind: 'makeDirectory' as const,
    path: path(`made/${n}`),
  }));
  const committed = client.peer.request(files.commit, { share, id: 'commit-while-stopping', operations });
  // Requests are begun in order: once this one is answered, the commit is under way.
  await client.peer.request(probe, {});
  const status = alone.stop();
  const { results } = await committed;
  assert.ok(results.every((result) => result.status === 'done'));
  assert.equal(await status, 0);
  assert.ok(existsSync(join(alone.directory, 'made/1499')));
});

test('an earlier state comes page by page, and what is purged of it is null', async (t) => {
  const { peer } = await open(t);
  const put = (at: string, text: string, expect: Entry | null): files.Operation => {
    const operation = { kind: 'put' as const, path: path(at), entry: entryOf(text), expect };
    return operation as Extract<files.Operation, { kind: 'put' }>;
  };
  // the share holds these contents already
  const made = [put('past/a', 'read me\n', null), put('past/b', '', null)];
  const { cursor } = await peer.request(files.commit, { share, id: 'past-made-1', operations: made });
  const changed: files.Operation[] = [
    put('past/a', '', README),
    { kind: 'delete', path: path('past/b'), expect: entryOf('') },
  ];
  await peer.request(files.commit, { share, id: 'past-changed-1', operations: changed });
  const at = { rev: cursor.rev };
  const first = await peer.request(files.past, { share, path: path('past'), at, limit: 1 });
  assert.deepEqual([first.rev, first.found, first.more], [cursor.rev, { entry: { kind: 'directory' } }, true]);
  const after = first.entries[0]?.path;
  const rest = await peer.request(files.past, { share, path: path('past'), at, limit: 10, after });
  assert.deepEqual(
    [...first.entries, ...rest.entries],
    [
      { path: 'past/a', entry: README },
      { path: 'past/b', entry: entryOf('') },
    ],
  );
  assert.deepEqual(await peer.request(files.purge, { share, path: path('past/b') }), { versions: 1 });
  const { entries } = await peer.request(files.past, { share, path: path('past'), at });
  assert.deepEqual(entries[1], { path: 'past/b', entry: null });
  await assert.rejects(
    peer.request(files.past, { share, at: { time: 0 } }),
    isSynclineError('HistoryEnds', { message: /^The history of the share begins at / }),
  );
});

test('verify reads again and finds everything as it should be', async (t) => {
  const { peer } = await open(t);
  const { drift, checked } = await peer.request(files.verify, { share, dir: path('docs') });
  assert.deepEqual([drift, checked], [[], 1]);
});

function entryOf(text: string): Entry {
  const bytes = Buffer.from(text);
  return { kind: 'file', content: contentIdOf(bytes), size: bytes.length, executable: false };
}

const commit = ({ peer }: PeerClient, id: string, folder: string): Promise<unknown> =>
  peer.request(files.commit, { share, id, operations: [{ kind: 'makeDirectory', path: path(folder) }] });

const changesOf = (
  client: PeerClient,
  expected: string,
  onEvent: (event: ParamsOf<typeof files.didChange>) => unknown = () => {},
): ReturnType<typeof notified<typeof files.didChange>> =>
  notified(client, files.didChange, (event) => {
    onEvent(event);
    return event.changes.some((change) => change.kind === 'put' && change.path === path(expected));
  });
