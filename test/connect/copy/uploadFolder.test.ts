import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connect } from '../../../extension/connect/connect.ts';
import { type Replacement, uploadFolder } from '../../../extension/connect/copy/uploadFolder.ts';
import { RemoteFiles } from '../../../extension/connect/remoteFiles.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { Entry } from '../../../server/protocol/entry.ts';
import { history } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { startServer } from '../../support/serverProcess.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const entryOf = (text: string): Entry => {
  const bytes = Buffer.from(text);
  return { kind: 'file', content: contentIdOf(bytes), size: bytes.length, executable: false };
};

/** `same.txt` is equal, `seen.txt` and `strange.txt` differ, `new.txt` is only here. */
async function setUp(t: TestContext) {
  const directory = temporaryFolder(t);
  const local = temporaryFolder(t);
  const onServer = (name: string) => join(directory, 'app', name);
  mkdirSync(join(directory, 'app'));
  for (const name of ['same.txt', 'seen.txt', 'strange.txt']) writeFileSync(onServer(name), `${name} there`);
  writeFileSync(join(local, 'same.txt'), 'same.txt there');
  for (const name of ['seen.txt', 'strange.txt', 'new.txt']) writeFileSync(join(local, name), `${name} here`);
  const { url, token } = await startServer(t, { directory });
  const client = await connect({ url, token, clientName: 'test', clientVersion: '1.0.0' });
  t.after(() => client.close());
  const files = new RemoteFiles(client, { share: 'files' });
  const upload = (chooseReplaced: (differing: readonly Replacement[]) => Promise<readonly Replacement[]>) =>
    uploadFolder(files, local, parseWirePath('app'), {
      baseOf: (relative) => (relative === 'seen.txt' ? entryOf('seen.txt there') : null),
      chooseReplaced,
    });
  return { client, files, onServer, upload };
}

test('asks once, for what was not seen from here, and leaves alone what was not chosen', async (t) => {
  const { onServer, upload } = await setUp(t);
  const asked: string[][] = [];
  const { copied, same, skipped, problems } = await upload(async (differing) => {
    asked.push(differing.map(({ path }) => path));
    return [];
  });
  assert.deepEqual(asked, [['app/strange.txt']]);
  assert.deepEqual({ copied, same, skipped, problems }, { copied: 2, same: 1, skipped: 1, problems: [] });
  assert.equal(readFileSync(onServer('strange.txt'), 'utf8'), 'strange.txt there');
  assert.equal(readFileSync(onServer('seen.txt'), 'utf8'), 'seen.txt here');
});

test('replaces what was chosen, and its content can be had back', async (t) => {
  const { client, onServer, upload } = await setUp(t);
  const { copied, skipped } = await upload(async (differing) => differing);
  assert.deepEqual([copied, skipped], [3, 0]);
  assert.equal(readFileSync(onServer('strange.txt'), 'utf8'), 'strange.txt here');
  const { versions } = await client.request(history, { share: 'files', path: parseWirePath('app/strange.txt') });
  assert.deepEqual(
    versions.map(({ entry }) => entry),
    [entryOf('strange.txt there')],
  );
});

test('what changes on the server while the question stands is not replaced', async (t) => {
  const { files, onServer, upload } = await setUp(t);
  const { problems } = await upload(async (differing) => {
    const path = parseWirePath('app/strange.txt');
    const { entry } = await files.stat(path);
    await files.remove(path, entry, false);
    return differing;
  });
  assert.deepEqual(
    problems.map(({ path, code }) => [path, code]),
    [['app/strange.txt', 'Changed']],
  );
  assert.throws(() => readFileSync(onServer('strange.txt')), { code: 'ENOENT' });
});
