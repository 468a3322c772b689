import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, edit, local, localUri, row, run, startServer, workspaceFolder } from './editor.ts';
import { read, waitForText, waitUntilGone, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

interface Restored {
  readonly restored: number;
  readonly deleted: number;
  readonly problems: readonly string[];
}

suite('Undo', () => {
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'src/a.txt', 'one');
    write(server.files, 'src/deep/b.txt', 'far');
    mkdirSync(join(server.files, 'src/empty'));
    await pair(api, server);
    await waitForText(workspaceFolder().uri.fsPath, 'src/deep/b.txt', 'far');
    await inSync(api);
  });

  after(async () => {
    await unpair();
    await server.stop();
  });

  test('restores a folder as it was, with what was renamed, edited and deleted since, here as well', async () => {
    await edit('src/a.txt', 'two');
    await waitForText(server.files, 'src/a.txt', 'two');
    const rev = await eventually(async () => {
      const [version] = await run<{ rev: number }[]>('showHistory', localUri('src/a.txt'));
      assert.ok(version, 'the commit is in the history');
      return version.rev - 1;
    });
    await run('delete', await row(api, 'src/deep'));
    write(workspaceFolder().uri.fsPath, 'src/new.txt', 'new');
    await waitForText(server.files, 'src/new.txt', 'new');
    await waitUntilGone(workspaceFolder().uri.fsPath, 'src/deep');
    await inSync(api);

    const deleted = await run<{ path: string }[]>('showHistory', localUri('src/deep'));
    assert.deepEqual(
      deleted.map(({ path }) => path),
      ['src/deep/b.txt'],
      'the history of a folder that is gone lists its files',
    );

    const kept = await run<Restored>('restoreAt', localUri('src'), rev, { keepNew: true });
    assert.deepEqual(kept, { restored: 3, deleted: 0, problems: [] });
    assert.deepEqual([read(server.files, 'src/a.txt'), read(server.files, 'src/new.txt')], ['one', 'new']);
    const exact = await run<Restored>('restoreAt', await row(api, 'src'), rev);
    assert.deepEqual(exact, { restored: 0, deleted: 1, problems: [] });
    assert.ok(!existsSync(join(server.files, 'src/new.txt')));
    await waitForText(workspaceFolder().uri.fsPath, 'src/deep/b.txt', 'far');
    await waitForText(workspaceFolder().uri.fsPath, 'src/a.txt', 'one');
    assert.equal(await run('restoreAt', localUri('src'), 'some day'), undefined);
  });

  test('puts back what a sync took away here, a whole folder at once', async () => {
    await inSync(api);
    await run('delete', await row(api, 'src'));
    await waitUntilGone(workspaceFolder().uri.fsPath, 'src');
    await inSync(api);
    const listed = await run<readonly { id: string; paths: readonly string[] }[]>('showSafetyCopies');
    const session = listed.find(({ paths }) => paths.includes('src/a.txt') && paths.includes('src/deep/b.txt'));
    assert.ok(session, JSON.stringify(listed));
    const restored = await run<readonly string[]>('showSafetyCopies', session.id, 'src');
    assert.deepEqual(restored.toSorted(), ['src/a.txt', 'src/deep/b.txt']);
    assert.ok(existsSync(local('src/deep/b.txt')));
    await eventually(() => assert.equal(read(server.files, 'src/a.txt'), 'one'));
  });
});
