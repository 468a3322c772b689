import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { HistoryRow, VersionRow } from '../../../extension/vscode/history/historyTree.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { connected, leave, row, run, treeLines } from './editor.ts';
import { read, write } from './files.ts';
import type { TestServer } from './server.ts';

suite('The History view', () => {
  let api: SynclineApi;
  let server: TestServer;
  const uri = (path: string) => vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/${path}`);
  const put = (path: string, text: string) => vscode.workspace.fs.writeFile(uri(path), Buffer.from(text));

  before(async () => {
    ({ api, server } = await connected());
    for (const text of ['one', 'two!', 'three']) await put('docs/a.txt', text);
    await put('docs/gone.txt', 'bye');
    await put('docs/back.txt', 'here');
    for (const path of ['docs/gone.txt', 'docs/back.txt']) await vscode.workspace.fs.delete(uri(path));
    await put('docs/back.txt', 'here again');
  });
  after(() => leave(server, () => run('disconnect')));

  const rows = async (): Promise<readonly HistoryRow[]> => (await api.history.getChildren()) ?? [];

  async function versions(): Promise<VersionRow[]> {
    return (await rows()).filter((each) => each.kind === 'version');
  }

  /** `Now 5 B`, `4 B replaced`: what is shown, without times. */
  async function lines(): Promise<string[]> {
    const shown = (await rows()).map(async (each) => {
      const { label, description } = await api.history.getTreeItem(each);
      const [size, then = ''] = String(description).split(' · ');
      return each.kind === 'now'
        ? `${typeof label === 'string' ? label : label?.label} ${size}`
        : `${size} ${then.split(' ')[0]}`;
    });
    return Promise.all(shown);
  }

  test('lists what a file holds now and every version before, the newest first', async () => {
    await run('showHistory', 'docs/a.txt');
    assert.deepEqual(await lines(), ['Now 5 B', '4 B replaced', '3 B replaced']);
    const { tooltip } = await api.history.getTreeItem((await versions())[0] as VersionRow);
    assert.match(typeof tooltip === 'string' ? tooltip : '', /Written .*\nReplaced .* by \S+, revision \d+/);
  });

  test('opens a version, compares it with what is there now, and puts it back', async () => {
    const [newest] = await versions();
    await run('openVersion', newest);
    await eventually(() => assert.equal(vscode.window.visibleTextEditors[0]?.document.getText(), 'two!'));
    await run('compareVersion', newest);
    await eventually(() => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      assert.ok(input instanceof vscode.TabInputTextDiff && input.modified.path === '/files/docs/a.txt');
    });
    await run('restoreVersion', newest);
    assert.equal(read(server.files, 'docs/a.txt'), 'two!');
  });

  test('follows what happens on the server and what is chosen', async () => {
    await run('showHistory', 'docs/a.txt');
    await eventually(async () => assert.equal((await lines()).length, 4));
    write(server.files, 'docs/a.txt', 'by another program');
    await treeLines(api, 'docs');
    await run('refreshHistory');
    await eventually(async () => assert.equal((await lines())[0], 'Now 18 B'));
  });

  test('lists what was deleted in a folder and is not there again, and brings it back', async () => {
    await run('showDeletedFiles', await row(api, 'docs'));
    const [gone, ...others] = await versions();
    assert.deepEqual([gone?.version.path, others.length], ['docs/gone.txt', 0]);
    await run('restoreVersion', gone);
    assert.equal(read(server.files, 'docs/gone.txt'), 'bye');
  });
});
