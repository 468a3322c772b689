import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, edit, leave, local, localUri, run, startServer, treeLines, workspaceFolder } from './editor.ts';
import { read, waitForText, waitUntilGone, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Automatic sync', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'from-server/readme.md', 'hello\n');
    await pair(api, server);
  });
  after(() => leave(server, unpair));

  test('brings what the server has, and shows the target as in sync', async () => {
    await waitForText(root, 'from-server/readme.md', 'hello\n');
    await inSync(api);
    const [target] = api.targets();
    assert.deepEqual([target?.folder, target?.address, target?.mode], [root, server.address, 'two-way']);
  });

  test('a save is on the server', async () => {
    write(root, 'a.txt', 'first\n');
    await waitForText(server.files, 'a.txt', 'first\n');
    await edit('a.txt', 'saved in the editor\n');
    await waitForText(server.files, 'a.txt', 'saved in the editor\n');
  });

  test('what another program does here follows without any save', async () => {
    write(root, 'made/by/program.txt', 'x');
    await waitForText(server.files, 'made/by/program.txt', 'x');
    renameSync(local('made'), local('moved'));
    await waitForText(server.files, 'moved/by/program.txt', 'x');
    await waitUntilGone(server.files, 'made');
    rmSync(local('moved'), { recursive: true });
    await waitUntilGone(server.files, 'moved');
  });

  test('a new file is sent exactly once', async () => {
    await inSync(api);
    write(root, 'once.txt', 'once');
    await waitForText(server.files, 'once.txt', 'once');
    await edit('once.txt', 'twice');
    await waitForText(server.files, 'once.txt', 'twice');
    await inSync(api);
    assert.equal(
      (await run<unknown[]>('showHistory', localUri('once.txt'))).length,
      1,
      'one version was replaced, once',
    );
  });

  test('a change on the server is in the open editor and in the tree', async () => {
    const document = await edit('a.txt', 'before\n');
    await waitForText(server.files, 'a.txt', 'before\n');
    write(server.files, 'a.txt', 'from the server\n');
    write(server.files, 'new-on-server.txt', 'new');
    await eventually(() => assert.equal(document.getText(), 'from the server\n'));
    await waitForText(root, 'new-on-server.txt', 'new');
    await eventually(async () => assert.ok((await treeLines(api)).includes('new-on-server.txt')));
  });

  test('a deletion on the server is done here, and one here there', async () => {
    write(root, 'gone-here.txt', '1');
    write(root, 'gone-there.txt', '2');
    await waitForText(server.files, 'gone-there.txt', '2');
    await waitForText(server.files, 'gone-here.txt', '1');
    rmSync(local('gone-here.txt'));
    rmSync(join(server.files, 'gone-there.txt'));
    await waitUntilGone(server.files, 'gone-here.txt');
    await waitUntilGone(root, 'gone-there.txt');
  });

  test('the executable bit travels', async () => {
    write(root, 'run.sh', '#!/bin/sh\n');
    chmodSync(local('run.sh'), 0o755);
    await eventually(() => assert.ok(statSync(join(server.files, 'run.sh')).mode & 0o100));
  });

  test('what is ignored stays here, and Explain File says why', async () => {
    write(root, '.gitignore', 'build/\n');
    write(root, 'build/out.bin', 'big');
    write(root, 'marker.txt', 'after');
    await waitForText(server.files, 'marker.txt', 'after');
    await inSync(api);
    assert.equal(existsSync(join(server.files, 'build')), false);
    const explanation = await run<string>('explainFile', localUri('build/out.bin'));
    assert.match(explanation, /ignored/i);
    assert.match(explanation, /\.gitignore/);
    assert.deepEqual(
      await run<{ uploaded: number }>('upload', localUri('build/out.bin')).then(({ uploaded }) => uploaded),
      0,
    );
  });

  test('pausing stops it, Sync Now and Preview Sync still work, resuming catches up', async () => {
    await inSync(api);
    await run('pauseAutoSync');
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'paused'));
    write(root, 'while-paused.txt', '1');
    const [plan] = await run<string[]>('previewSync');
    assert.match(plan ?? '', /add {7}while-paused\.txt/);
    assert.equal(existsSync(join(server.files, 'while-paused.txt')), false);
    await run('syncNow');
    assert.equal(read(server.files, 'while-paused.txt'), '1');
    write(root, 'while-paused.txt', '2');
    await run('resumeAutoSync');
    await waitForText(server.files, 'while-paused.txt', '2');
    await inSync(api);
  });

  test('a server that was away is caught up with when it is back', async () => {
    await inSync(api);
    await server.stop('SIGKILL');
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'offline'));
    await edit('a.txt', 'saved while offline\n');
    write(server.files, 'while-away.txt', 'server side');
    await server.start();
    await waitForText(server.files, 'a.txt', 'saved while offline\n');
    await waitForText(root, 'while-away.txt', 'server side');
    await inSync(api);
  });

  test('upload, upload folder and download copy on demand', async () => {
    await run('pauseAutoSync');
    write(root, 'demand/one.txt', '1');
    write(root, 'demand/sub/two.txt', '2');
    await run('upload', localUri('demand/one.txt'));
    assert.equal(read(server.files, 'demand/one.txt'), '1');
    const { uploaded } = await run<{ uploaded: number }>('uploadFolder', localUri('demand'));
    assert.equal(uploaded, 1);
    assert.equal(read(server.files, 'demand/sub/two.txt'), '2');
    write(server.files, 'demand/three.txt', '3');
    await eventually(async () => {
      await run('download', localUri('demand'));
      assert.equal(read(root, 'demand/three.txt'), '3');
    });
    await run('resumeAutoSync');
    await inSync(api);
  });

  test('an upload does not replace what was not seen here unless told to, and keeps it', async () => {
    await run('pauseAutoSync');
    write(server.files, 'a.txt', 'newer on the server\n');
    write(root, 'a.txt', 'mine\n');
    await eventually(async () => {
      const version = await vscode.workspace.fs.readFile(
        vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/a.txt`),
      );
      assert.equal(Buffer.from(version).toString(), 'newer on the server\n');
    });
    await run('upload', localUri('a.txt'));
    assert.equal(read(server.files, 'a.txt'), 'newer on the server\n');
    await run('upload', localUri('a.txt'), undefined, { replace: true });
    assert.equal(read(server.files, 'a.txt'), 'mine\n');
    await run('resumeAutoSync');
    await inSync(api);
  });

  test('compares a file with the server in a diff editor', async () => {
    await run('compareWithServer', localUri('a.txt'));
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    assert.equal(input.original.scheme, 'syncline');
    assert.equal(input.modified.fsPath, local('a.txt'));
    assert.equal(await run('compareWithServer', localUri('nothing-here.txt')), undefined);
  });

  test(
    'a storm of changes arrives whole',
    async () => {
      for (let at = 0; at < 1000; at++) write(root, `storm/${at % 10}/${at}.txt`, `${at}`);
      await waitForText(server.files, 'storm/9/999.txt', '999', 60_000);
      await inSync(api, 60_000);
      execFileSync('diff', ['-r', local('storm'), join(server.files, 'storm')]);
    },
    { timeout: 180_000 },
  );

  test('what would delete most of the tree waits for a word', async () => {
    rmSync(local('storm'), { recursive: true });
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'stopped'));
    assert.equal(read(server.files, 'storm/9/999.txt'), '999');
    await run('syncNow', undefined, { confirmed: true });
    assert.equal(existsSync(join(server.files, 'storm')), false);
    await inSync(api);
  });

  test('one file that cannot be synced is a problem, and the rest goes on', async () => {
    mkdirSync(local('odd'), { recursive: true });
    write(root, 'odd/CON', 'device');
    write(root, 'odd/fine.txt', 'fine');
    await waitForText(server.files, 'odd/fine.txt', 'fine');
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'problems'));
    assert.match(await run<string>('explainFile', localUri('odd/CON')), /device on Windows/);
    rmSync(local('odd'), { recursive: true });
    await inSync(api);
  });
});
