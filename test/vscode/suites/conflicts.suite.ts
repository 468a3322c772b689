import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, leave, localUri, run, startServer, workspaceFolder } from './editor.ts';
import { empty, read, waitForText, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Conflicts', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;

  before(async () => {
    api = await activate();
    server = await startServer();
    await pair(api, server);
    await inSync(api);
  });
  after(() => leave(server, unpair));

  /** Both sides change the same file while sync is paused. */
  async function conflictOn(path: string, mine: string | null, theirs: string | null): Promise<void> {
    write(root, path, 'base\n');
    await waitForText(server.files, path, 'base\n');
    await inSync(api);
    await run('pauseAutoSync');
    for (const [side, text] of [
      [root, mine],
      [server.files, theirs],
    ] as const)
      if (text === null) empty(side, path);
      else write(side, path, text);
    await run('resumeAutoSync');
    await eventually(() =>
      assert.deepEqual(
        api.targets()[0]?.conflicts.map((each) => each.path),
        [path],
      ),
    );
  }

  test('both contents are kept until someone decides', async () => {
    await conflictOn('mine.txt', 'mine\n', 'theirs\n');
    const [conflict] = api.targets()[0]?.conflicts ?? [];
    assert.deepEqual([conflict?.base?.kind, conflict?.mine?.kind, conflict?.theirs?.kind], ['file', 'file', 'file']);
    assert.equal(api.targets()[0]?.status.kind, 'conflicts');
    write(root, 'other.txt', 'goes on');
    await waitForText(server.files, 'other.txt', 'goes on');
    assert.deepEqual([read(root, 'mine.txt'), read(server.files, 'mine.txt')], ['mine\n', 'theirs\n']);
  });

  test('shows the two sides beside each other', async () => {
    await run('openConflict', localUri('mine.txt'));
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const theirs = await vscode.workspace.openTextDocument(input.original);
    assert.equal(theirs.getText(), 'theirs\n');
    assert.equal(input.modified.fsPath, localUri('mine.txt').fsPath);
  });

  test('keep mine: the server takes it, and its own is in the history', async () => {
    assert.equal(await run('keepMine', localUri('mine.txt')), 'mine.txt');
    await waitForText(server.files, 'mine.txt', 'mine\n');
    await inSync(api);
    const versions = await run<{ entry: { size: number } }[]>('showHistory', localUri('mine.txt'));
    assert.ok(versions.some(({ entry }) => entry.size === 'theirs\n'.length));
  });

  test('keep theirs: it comes here', async () => {
    await conflictOn('theirs.txt', 'mine\n', 'theirs\n');
    await run('resolveConflict', localUri('theirs.txt'), 'theirs');
    await waitForText(root, 'theirs.txt', 'theirs\n');
    await inSync(api);
    assert.equal(read(server.files, 'theirs.txt'), 'theirs\n');
  });

  test('keep both: two files on both sides', async () => {
    await conflictOn('both.txt', 'mine\n', 'theirs\n');
    await run('keepBoth', localUri('both.txt'));
    await inSync(api);
    for (const side of [root, server.files]) {
      const names = readdirSync(side).filter((name) => name.startsWith('both'));
      assert.deepEqual(names.map((name) => read(side, name)).toSorted(), ['mine\n', 'theirs\n'], side);
    }
    assert.deepEqual(
      readdirSync(root)
        .filter((name) => name.startsWith('both'))
        .toSorted(),
      readdirSync(server.files)
        .filter((name) => name.startsWith('both'))
        .toSorted(),
    );
  });

  test('the same change on both sides is none, and a deletion loses to a change', async () => {
    write(root, 'same.txt', 'base\n');
    await waitForText(server.files, 'same.txt', 'base\n');
    await inSync(api);
    await run('pauseAutoSync');
    write(root, 'same.txt', 'equal\n');
    write(server.files, 'same.txt', 'equal\n');
    empty(root, 'other.txt');
    write(server.files, 'other.txt', 'changed there');
    await run('resumeAutoSync');
    await waitForText(root, 'other.txt', 'changed there');
    await inSync(api);
    assert.deepEqual(api.targets()[0]?.conflicts, []);
  });

  test('nothing of Syncline is left in the folder', () => {
    assert.equal(existsSync(join(root, '.syncline')), false);
  });
});
