import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, local, localUri, startServer, workspaceFolder } from './editor.ts';
import { write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Problems panel', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;
  const notes = (path: string): string[] =>
    vscode.languages
      .getDiagnostics(localUri(path))
      .filter(({ source }) => source === 'Syncline')
      .map(({ message, range }) => `${range.start.line + 1} ${message}`);

  before(async () => {
    api = await activate();
    server = await startServer();
    await pair(api, server);
  });
  after(async () => {
    await unpair();
    await server.remove();
  });

  test('a file that cannot be synced is listed, and no longer once it is gone', async () => {
    write(root, 'odd/CON', 'device');
    await eventually(() => assert.match(notes('odd/CON').join(), /^1 Not synced: .*device on Windows/));
    rmSync(local('odd'), { recursive: true });
    await eventually(() => assert.deepEqual(notes('odd/CON'), []));
  });

  test('an ignore rule without effect is listed on its line until it is repaired', async () => {
    write(root, 'part/.gitignore', '# generated\n./out/\n');
    await eventually(() =>
      assert.match(notes('part/.gitignore').join(), /^2 Rules count from the folder of this file/),
    );
    write(root, 'part/.gitignore', '# generated\n/out/\n');
    await eventually(() => assert.deepEqual(notes('part/.gitignore'), []));
    await inSync(api);
  });

  test('nothing is left of a target that is no longer synced', async () => {
    write(root, 'odd/NUL', 'device');
    await eventually(() => assert.equal(notes('odd/NUL').length, 1));
    await unpair();
    await eventually(() => assert.deepEqual(notes('odd/NUL'), []));
  });
});
