// Merging and verifying, as a person asks for them.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, closeEditors, edit, leave, localUri, run, startServer, workspaceFolder } from './editor.ts';
import { read, waitForText, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Merge and verify', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;
  const serverUri = (path: string) => vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/${path}`);

  before(async () => {
    api = await activate();
    server = await startServer();
    await pair(api, server);
    await inSync(api);
  });
  after(() => leave(server, unpair));

  /** Both sides edit a file while sync is paused; the server's side through the server, which keeps what was there. */
  async function conflictOn(path: string, base: string, mine: string, theirs: string): Promise<void> {
    write(root, path, base);
    await waitForText(server.files, path, base);
    await inSync(api);
    await run('pauseAutoSync');
    write(root, path, mine);
    await vscode.workspace.fs.readFile(serverUri(path));
    await vscode.workspace.fs.writeFile(serverUri(path), Buffer.from(theirs));
    await run('resumeAutoSync');
    await eventually(() =>
      assert.deepEqual(
        api.targets()[0]?.conflicts.map((each) => each.path),
        [path],
      ),
    );
  }

  const BASE = 'one\ntwo\nthree\nfour\nfive\n';

  test('edits of different lines merge by themselves, on both sides', async () => {
    await conflictOn('apart.txt', BASE, BASE.replace('one', 'ONE'), BASE.replace('five', 'FIVE'));
    assert.equal(await run('mergeConflict', localUri('apart.txt')), 'apart.txt');
    const merged = 'ONE\ntwo\nthree\nfour\nFIVE\n';
    await waitForText(root, 'apart.txt', merged);
    await waitForText(server.files, 'apart.txt', merged);
    await inSync(api);
  });

  test('edits that overlap open in the merge editor with what merges by itself, and the result settles the conflict', async () => {
    const mine = BASE.replace('one', 'mine').replace('five', 'mine too');
    await conflictOn('overlap.txt', BASE, mine, BASE.replace('one', 'theirs').replace('three', 'theirs too'));
    await run('mergeConflict', localUri('overlap.txt'));
    const document = await vscode.workspace.openTextDocument(localUri('overlap.txt'));
    await eventually(() => assert.equal(document.getText(), 'one\ntwo\ntheirs too\nfour\nmine too\n'));
    assert.match(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '', /overlap\.txt/);
    assert.equal(read(server.files, 'overlap.txt'), BASE.replace('one', 'theirs').replace('three', 'theirs too'));
    const result = 'both\ntwo\ntheirs too\nfour\nmine too\n';
    await edit('overlap.txt', result);
    await closeEditors();
    await eventually(async () => assert.equal(await run('keepMine', localUri('overlap.txt')), 'overlap.txt'));
    await waitForText(server.files, 'overlap.txt', result);
    await inSync(api);
  });

  test('without a common state both sides are shown beside each other', async () => {
    write(root, 'made.txt', 'base\n');
    await waitForText(server.files, 'made.txt', 'base\n');
    await inSync(api);
    await run('pauseAutoSync');
    write(root, 'made.txt', 'mine\n');
    // by another program: nobody keeps what was there
    write(server.files, 'made.txt', 'theirs\n');
    await run('resumeAutoSync');
    await eventually(() => assert.equal(api.targets()[0]?.conflicts.length, 1));
    await run('mergeConflict', localUri('made.txt'));
    await eventually(() =>
      assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff),
    );
    await run('keepTheirs', localUri('made.txt'));
    await waitForText(root, 'made.txt', 'theirs\n');
    await inSync(api);
  });

  test('Verify Workspace reads both sides again and says what would bring them in line', async () => {
    const [sound] = await run<string[]>('verifyWorkspace');
    assert.match(sound ?? '', /files read here, \d+ files on the server: all as it should be, and both sides agree\./);
    await run('pauseAutoSync');
    write(root, 'late.txt', 'late\n');
    const [text] = await run<string[]>('verifyWorkspace');
    assert.match(text ?? '', /1 change would bring both sides in line/);
    assert.match(text ?? '', /What a repair would do[^]*add +late\.txt/);
    const shown = vscode.window.activeTextEditor?.document.getText();
    assert.equal(shown, text);
    await run('verifyWorkspace', undefined, { repair: true });
    await waitForText(server.files, 'late.txt', 'late\n');
    await run('resumeAutoSync');
    await inSync(api);
  });
});
