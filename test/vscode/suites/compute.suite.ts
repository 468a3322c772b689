import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { Job } from '../../../server/protocol/messages/jobs.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { connected, leave, run } from './editor.ts';
import type { TestServer } from './server.ts';

suite('Calculations and jobs', () => {
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    ({ api, server } = await connected());
  });
  after(() => leave(server, () => run('disconnect')));

  test('adds numbers, integers of any size exactly', async () => {
    assert.equal(await run('addNumbers', '40 2'), 42);
    assert.equal(await run('addNumbers', '9007199254740993, 1'), '9007199254740994');
    assert.equal(await run('addNumbers', ['0.1', '0.2', '0.3']), 0.6);
  });

  test('sorts numbers by value and texts as people read them', async () => {
    assert.deepEqual(await run('sortValues', '10 9 -1.5'), [-1.5, 9, 10]);
    assert.deepEqual(await run('sortValues', 'file10 file2'), ['file2', 'file10']);
    assert.deepEqual(await run('sortValues', '10 9007199254740993 9'), ['9', '10', '9007199254740993']);
  });

  async function select(content: string, ...selections: vscode.Selection[]): Promise<vscode.TextEditor> {
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
    editor.selections = selections;
    return editor;
  }

  test('sorts what is selected where it stands, as one step that can be undone', async () => {
    const { document } = await select('head\n30\n4\n1.50\ntail\n', new vscode.Selection(1, 0, 4, 0));
    assert.deepEqual(await run('sortValues'), ['1.50', '4', '30']);
    assert.equal(document.getText(), 'head\n1.50\n4\n30\ntail\n');
    assert.equal(await run('addNumbers'), 35.5);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), 'head\n30\n4\n1.50\ntail\n');
  });

  test('sorts lines of text as people read them, the other way round, and the values of many cursors', async () => {
    const lines = await select('file2\nfile10\n  new york\n', new vscode.Selection(0, 0, 3, 0));
    await run('sortDescending');
    assert.equal(lines.document.getText(), 'file10\nfile2\n  new york\n');
    const cursors = await select('a: 3\nb: 1\nc: 2\n', ...[0, 1, 2].map((at) => new vscode.Selection(at, 3, at, 4)));
    await run('sortValues');
    assert.equal(cursors.document.getText(), 'a: 1\nb: 2\nc: 3\n');
    assert.equal(await run('addNumbers'), 6);
  });

  test('opens the sorted values beside a text that may not be changed, and where that is asked for', async () => {
    const uri = vscode.Uri.parse(`syncline-text:/fixed?${encodeURIComponent('b\na\n')}`);
    const fixed = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    fixed.selection = new vscode.Selection(0, 0, 2, 0);
    await run('sortValues');
    assert.equal(fixed.document.getText(), 'b\na\n');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'a\nb\n');
    const kept = await select('2, 1', new vscode.Selection(0, 0, 0, 4));
    await run('sortToEditor');
    assert.equal(kept.document.getText(), '2, 1');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), '1, 2');
  });

  test('refuses text among numbers, and the server lives on', async () => {
    assert.equal(await run('addNumbers', '1 two 3'), undefined);
    assert.equal(await run('sortValues', '1 two 3'), undefined);
    assert.equal(await run('addNumbers', '1 2'), 3);
  });

  test('a job gives an id at once, which can be looked up later', async () => {
    const id = await run<string>('submitJob', 'sort', { values: [3, 1, 2] });
    const { job, result } = await run<{ job: Job; result: unknown }>('showJobResult', id);
    assert.equal(job.state, 'succeeded');
    assert.deepEqual(result, { result: [1, 2, 3] });
  });

  test('a job can be looked up after reconnecting and after a restart of the server', async () => {
    const id = await run<string>('submitJob', 'add', { values: ['40', '2'] });
    await run('showJobResult', id);
    await run('disconnect');
    await api.connect(server.address);
    assert.equal((await run<{ job: Job }>('showJobResult', id)).job.state, 'succeeded');
    await server.restart('SIGKILL');
    const again = await run<{ job: Job; result: unknown }>('showJobResult', id);
    assert.equal(again.job.state, 'succeeded');
    assert.deepEqual(again.result, { result: 42 });
  });

  test('a job that cannot work says why, and one that has ended cannot be cancelled', async () => {
    const id = await run<string>('submitJob', 'add', { values: ['1', 'two'] });
    if (id !== undefined) {
      const { job } = await run<{ job: Job }>('showJobResult', id);
      assert.equal(job.state, 'failed');
      assert.equal(job.error?.index, 1);
      assert.equal(await run('cancelJob', id), undefined);
    }
    assert.equal(await run('submitJob', 'dance', {}), undefined);
    assert.equal(await run('showJobResult', 'no-such-job-id'), undefined);
  });
});
