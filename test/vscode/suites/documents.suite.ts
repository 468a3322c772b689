import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { environment } from '../support/extensionHost/environment.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, leave, row, run, startServer, treeLines } from './editor.ts';
import { read, waitForText, write } from './files.ts';
import type { TestServer } from './server.ts';

suite('Server documents', () => {
  let api: SynclineApi;
  let server: TestServer;
  const uriOf = (path: string) => vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/${path}`);

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'notes.txt', 'one\n');
    write(server.files, 'sub/ü x.txt', 'umlaut');
    await api.connect(server.address, server.token);
    await eventually(async () => assert.equal((await treeLines(api)).length, 2));
  });
  after(() => leave(server, () => run('disconnect')));

  async function open(path: string): Promise<vscode.TextEditor> {
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(path)));
  }

  async function append(editor: vscode.TextEditor, text: string): Promise<void> {
    const { document } = editor;
    await editor.edit((edit) => edit.insert(document.lineAt(document.lineCount - 1).range.end, text));
  }

  test('opens a file from the tree without downloading it', async () => {
    const uri = await run<vscode.Uri>('openServerFile', await row(api, 'notes.txt'));
    assert.equal(uri.toString(), uriOf('notes.txt').toString());
    await eventually(() => assert.equal(vscode.window.activeTextEditor?.document.getText(), 'one\n'));
  });

  test('saves to the server, and the old content stays in the history', async () => {
    const editor = await open('notes.txt');
    await append(editor, 'two\n');
    assert.equal(await editor.document.save(), true);
    assert.equal(read(server.files, 'notes.txt'), 'one\ntwo\n');
    assert.equal((await run<unknown[]>('showHistory', 'notes.txt')).length, 1);
  });

  test('shows at once what changes on the server', async () => {
    const editor = await open('notes.txt');
    write(server.files, 'notes.txt', 'from elsewhere\n');
    await eventually(() => assert.equal(editor.document.getText(), 'from elsewhere\n'));
    assert.equal(editor.document.isDirty, false);
  });

  test('does not overwrite what changed on the server meanwhile', async () => {
    const editor = await open('notes.txt');
    await append(editor, 'mine\n');
    write(server.files, 'notes.txt', 'theirs, and newer\n');
    await eventually(async () => assert.equal((await vscode.workspace.fs.stat(uriOf('notes.txt'))).size, 18));
    assert.equal(
      await editor.document.save().then(
        (saved) => saved,
        () => false,
      ),
      false,
    );
    assert.equal(read(server.files, 'notes.txt'), 'theirs, and newer\n');
    assert.equal(editor.document.getText(), 'from elsewhere\nmine\n');
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  test('is a file system to other extensions', async () => {
    const { fs } = vscode.workspace;
    assert.deepEqual(
      (await fs.readDirectory(uriOf(''))).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['notes.txt', vscode.FileType.File],
        ['sub', vscode.FileType.Directory],
      ],
    );
    assert.equal(Buffer.from(await fs.readFile(uriOf('sub/ü x.txt'))).toString(), 'umlaut');
    await fs.writeFile(uriOf('made/by fs.bin'), new Uint8Array([0, 255]));
    await fs.writeFile(uriOf('empty'), new Uint8Array());
    await fs.createDirectory(uriOf('folder'));
    await fs.rename(uriOf('made/by fs.bin'), uriOf('folder/moved.bin'));
    await waitForText(server.files, 'empty', '');
    assert.deepEqual([...(await fs.readFile(uriOf('folder/moved.bin')))], [0, 255]);
    await assert.rejects(async () => fs.delete(uriOf('folder')), 'a folder with something in it needs recursive');
    await fs.delete(uriOf('folder'), { recursive: true });
    await assert.rejects(async () => fs.stat(uriOf('folder')), { code: 'FileNotFound' });
  });

  test('opens a part of a file, which cannot be written', async () => {
    write(server.files, 'log.txt', '0123456789');
    await eventually(async () => assert.equal((await vscode.workspace.fs.stat(uriOf('log.txt'))).size, 10));
    const uri = await run<vscode.Uri>('openServerPart', uriOf('log.txt'), 7);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), '789');
    assert.equal((await vscode.workspace.fs.stat(uri)).size, 3);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('x')));
    assert.equal(read(server.files, 'log.txt'), '0123456789');
  });

  test('a share that may only be read is shown so', async () => {
    const args = ['token', 'create', 'reader', '--rights', 'read', '--dir', server.files];
    const program = join(environment.root, 'dist', 'server.cjs');
    const token = execFileSync(environment.node, [program, ...args], { encoding: 'utf8' }).trim();
    assert.equal((await vscode.workspace.fs.stat(uriOf('log.txt'))).permissions, undefined);
    await run('disconnect');
    await api.connect(server.address, token);
    const { Readonly } = vscode.FilePermission;
    for (const path of ['log.txt', 'sub', ''])
      assert.equal((await vscode.workspace.fs.stat(uriOf(path))).permissions, Readonly, path);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uriOf('log.txt'), Buffer.from('x')), {
      code: 'NoPermissions',
    });
    await run('disconnect');
    await api.connect(server.address, server.token);
  });

  test('answers bad names and missing servers with errors, not with hangs', async () => {
    const { fs } = vscode.workspace;
    await assert.rejects(async () => fs.readFile(uriOf('sub/nothing')), { code: 'FileNotFound' });
    await assert.rejects(async () => fs.readFile(uriOf('sub')), { code: 'FileIsADirectory' });
    await assert.rejects(async () => fs.writeFile(uriOf('CON'), new Uint8Array()), { code: 'NoPermissions' });
    await assert.rejects(async () => fs.readFile(vscode.Uri.parse('syncline://127.0.0.1:1/files/x')), {
      code: 'Unavailable',
    });
  });
});
