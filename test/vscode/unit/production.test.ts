import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerClient } from '../../../extension/connect/serverClient.ts';
import { parseTarget } from '../../../extension/connect/target.ts';
import { guardedClient } from '../../../extension/vscode/production/guardedClient.ts';
import { ProductionGuard } from '../../../extension/vscode/production/productionGuard.ts';
import { isMarked, readMarks, withoutMarks } from '../../../extension/vscode/production/productionMarks.ts';
import { DIRECTORY } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import * as files from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

const HOST = 'ws://live:4848';

test('a mark holds for the server, the share or the folder that it names, and for what holds that', () => {
  const cases: readonly [string, string, boolean][] = [
    [HOST, `${HOST}/files`, true],
    [`${HOST}/`, `${HOST}/other/deep`, true],
    [HOST, 'ws://live:4849/files', false],
    [HOST, 'wss://live:4848/files', false],
    [`${HOST}/files`, `${HOST}/files/www`, true],
    [`${HOST}/files`, `${HOST}/other`, false],
    [`${HOST}/files/www`, `${HOST}/files`, true],
    [`${HOST}/files/www`, `${HOST}/files/www/a.html`, true],
    [`${HOST}/files/www`, `${HOST}/files/www2`, false],
    ['ws://live', `${HOST}/files`, true],
  ];
  for (const [mark, place, expected] of cases)
    assert.equal(isMarked(parseTarget(place), readMarks([mark]).marks), expected, `${mark} and ${place}`);
});

test('what is no address marks nothing and is told of', () => {
  const { marks, faults } = readMarks(['live', 7, `${HOST}/files?x`, HOST]);
  assert.deepEqual([marks.length, faults.length], [1, 3]);
  assert.deepEqual(readMarks('x').faults, ['The setting syncline.production must be a list.']);
  assert.deepEqual(readMarks(undefined), { marks: [], faults: [] });
});

test('taking a mark away takes every entry that marks the place, and leaves the others as they are written', () => {
  const entries = [`${HOST}/files`, `${HOST}/files/www`, 'ws://other/x', 'nonsense'];
  assert.deepEqual(withoutMarks(entries, parseTarget(`${HOST}/files/www`)), ['ws://other/x', 'nonsense']);
});

test('a production server is asked about once, however many want to write, and stays allowed', async () => {
  const asked: string[] = [];
  const answer = Promise.withResolvers<boolean>();
  const guard = new ProductionGuard({
    marks: () => readMarks([HOST]).marks,
    ask: ({ url }) => {
      asked.push(url);
      return answer.promise;
    },
  });
  const place = parseTarget(`${HOST}/files`);
  const both = [guard.require([place]), guard.require([{ ...place, share: 'other' }])];
  assert.equal(guard.holds(place), true);
  answer.resolve(true);
  await Promise.all(both);
  await guard.require([place]);
  assert.deepEqual([asked, guard.holds(place), guard.isProduction(place)], [[HOST], false, true]);
});

test('a no is no for this write, and the next one asks again', async () => {
  let asked = 0;
  const guard = new ProductionGuard({ marks: () => [], ask: async () => ++asked > 1 });
  const place = parseTarget(`${HOST}/files`);
  await guard.require([place]);
  assert.equal(asked, 0, 'nothing is marked');
  guard.setTargets([place]);
  await assert.rejects(guard.require([place]), { code: 'Cancelled' });
  await guard.require([place]);
  assert.equal(asked, 2);
});

test('a client asks before whatever changes the share, and reads without', async () => {
  const path = parseWirePath('a/b');
  const asked: string[] = [];
  const called: string[] = [];
  class Client {
    #log = called;
    async request({ method }: { readonly method: string }) {
      this.#log.push(method);
    }
    async uploadAndCommit() {
      this.#log.push('uploadAndCommit');
    }
    async upload() {
      this.#log.push('upload');
    }
    close() {
      this.#log.push('close');
    }
  }
  const client = guardedClient(new Client() as unknown as ServerClient, async (share, paths) => {
    asked.push(`${share}: ${paths.join(' ')}`);
    if (paths.includes(parseWirePath('no'))) throw new SynclineError('Cancelled');
  });
  await client.request(files.stat, { share: 's', path });
  await client.upload('s', []);
  assert.deepEqual(asked, []);
  const rename: files.Operation = {
    kind: 'rename',
    from: path,
    to: parseWirePath('c'),
    expect: DIRECTORY,
    expectTo: null,
  };
  await client.request(files.commit, { share: 's', id: 'x', operations: [{ kind: 'makeDirectory', path }, rename] });
  await client.request(files.restore, { share: 's', path, rev: 1, expect: null });
  await client.request(files.purge, { share: 's' });
  const no: files.Operation = { kind: 'makeDirectory', path: parseWirePath('no') };
  await assert.rejects(client.uploadAndCommit('s', [], { id: 'x', operations: [no] }), { code: 'Cancelled' });
  client.close();
  assert.deepEqual(asked, ['s: a/b a/b c', 's: a/b', 's: ', 's: no']);
  const reads = [files.stat.method, 'upload'];
  assert.deepEqual(called, [...reads, files.commit.method, files.restore.method, files.purge.method, 'close']);
});
