import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, run, startServer, treeLines } from './editor.ts';
import { write } from './files.ts';
import type { TestServer } from './server.ts';

suite('Connecting', () => {
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'a.txt', 'a');
  });
  after(async () => {
    await run('disconnect');
    await server.remove();
  });

  test('refuses a wrong token, and shows nothing', async () => {
    await assert.rejects(api.connect(server.address, 'x'.repeat(43)), { code: 'Unauthorized' });
    assert.deepEqual(await treeLines(api), []);
  });

  test('refuses what is no address, in the palette and for other extensions', async () => {
    await assert.rejects(api.connect('http://127.0.0.1/files'), { code: 'Usage' });
    await assert.rejects(api.connect(`${server.address}/../x`), { code: 'IllegalPath' });
    assert.equal(await run('connect', 'nonsense'), undefined);
  });

  test('says at once when nothing listens', async () => {
    await assert.rejects(api.connect('ws://127.0.0.1:1/files', 'token'), { code: 'ConnectionFailed' });
    assert.deepEqual(await treeLines(api), []);
  });

  test('names the shares there are when the one asked for is not among them', async () => {
    await assert.rejects(api.connect(`${server.url}/other`, server.token), {
      code: 'UnknownShare',
      message: /It serves: files\./,
    });
    assert.deepEqual(await treeLines(api), []);
  });

  test('a link only asks, and one that carries a token is refused', async () => {
    for (const query of [`url=${encodeURIComponent(server.address)}`, `url=${server.address}&token=${server.token}`])
      await api.openLink(
        vscode.Uri.from({ scheme: 'vscode', authority: 'syncline.syncline', path: '/connect', query }),
      );
    assert.deepEqual(await treeLines(api), []);
  });

  test('shows what the server has, and goes on after the server was restarted', async () => {
    await api.connect(server.address, server.token);
    assert.deepEqual(await treeLines(api), ['a.txt']);
    await server.restart('SIGKILL');
    write(server.files, 'b.txt', 'b');
    await eventually(async () => assert.deepEqual(await treeLines(api), ['a.txt', 'b.txt']));
  });

  test('uses the token that is kept when it connects again', async () => {
    assert.equal(await run('disconnect'), server.url);
    assert.deepEqual(await treeLines(api), []);
    assert.equal(await run('connect', server.address), server.address);
    assert.deepEqual(await treeLines(api), ['a.txt', 'b.txt']);
  });
});
