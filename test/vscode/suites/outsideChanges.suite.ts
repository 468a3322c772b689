import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, edit, leave, local, localUri, run, startServer, workspaceFolder } from './editor.ts';
import { read, waitForText, waitUntilGone, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

interface Undone {
  readonly done: readonly string[];
  readonly problems: readonly string[];
}

suite('Changes without a save', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;
  const batches = () => api.targets()[0]?.outsideChanges ?? [];
  const sidesAgree = () => eventually(() => void execFileSync('diff', ['-r', '-x', '.syncline', root, server.files]));

  before(async () => {
    api = await activate();
    server = await startServer();
    for (let at = 0; at < 12; at++) write(root, `src/${at}.txt`, `before ${at}\n`);
    await pair(api, server);
    await waitForText(server.files, 'src/11.txt', 'before 11\n');
    await inSync(api);
  });
  after(() => leave(server, unpair));

  test('neither the first sync nor what a person makes and saves is a batch', async () => {
    const making = new vscode.WorkspaceEdit();
    making.createFile(localUri('src/own.txt'), { contents: Buffer.from('made\n') });
    assert.ok(await vscode.workspace.applyEdit(making));
    await waitForText(server.files, 'src/own.txt', 'made\n');
    await edit('src/10.txt', 'saved\n');
    await waitForText(server.files, 'src/10.txt', 'saved\n');
    await inSync(api);
    assert.deepEqual(batches(), []);
  });

  test('many files changed by another program are one batch, and undone as one', async () => {
    for (let at = 0; at < 8; at++) write(root, `src/${at}.txt`, `changed by a program ${at}\n`);
    for (let at = 0; at < 5; at++) write(root, `generated/deep/${at}.txt`, `${at}`);
    rmSync(local('src/8.txt'));
    renameSync(local('src/9.txt'), local('src/nine.txt'));
    await waitForText(server.files, 'src/7.txt', 'changed by a program 7\n');
    await waitForText(server.files, 'generated/deep/4.txt', '4');
    await waitUntilGone(server.files, 'src/8.txt');
    await waitForText(server.files, 'src/nine.txt', 'before 9\n');
    await inSync(api);
    assert.equal(batches().length, 1);
    await edit('src/11.txt', 'saved meanwhile\n');
    await waitForText(server.files, 'src/11.txt', 'saved meanwhile\n');
    const { problems } = await run<Undone>('undoOutsideChanges', batches()[0]?.id);
    assert.deepEqual(problems, []);
    for (let at = 0; at < 10; at++) assert.equal(read(root, `src/${at}.txt`), `before ${at}\n`);
    assert.ok(!existsSync(local('generated')) && !existsSync(local('src/nine.txt')));
    assert.equal(read(root, 'src/11.txt'), 'saved meanwhile\n');
    await waitForText(server.files, 'src/7.txt', 'before 7\n');
    await waitUntilGone(server.files, 'generated');
    await inSync(api);
    await sidesAgree();
  });

  test('undoing is a batch of its own, so it can be undone', async () => {
    await eventually(() => assert.equal(batches().length, 2));
    await run('undoOutsideChanges', batches()[0]?.id);
    assert.equal(read(root, 'src/7.txt'), 'changed by a program 7\n');
    assert.equal(read(root, 'generated/deep/4.txt'), '4');
    await waitForText(server.files, 'generated/deep/4.txt', '4');
    await inSync(api);
    await sidesAgree();
  });

  test('what was changed since is left alone and named', async () => {
    const [newest] = batches();
    await edit('src/3.txt', 'better\n');
    await waitForText(server.files, 'src/3.txt', 'better\n');
    const { done, problems } = await run<Undone>('undoOutsideChanges', newest?.id);
    assert.deepEqual(problems, ['src/3.txt']);
    assert.ok(done.includes('src/4.txt'));
    assert.equal(read(root, 'src/3.txt'), 'better\n');
    await inSync(api);
    await sidesAgree();
  });

  test('an id that is not kept changes nothing', async () => {
    assert.equal(await run('undoOutsideChanges', 'gone'), undefined);
    assert.ok(existsSync(join(root, 'src')));
  });
});
