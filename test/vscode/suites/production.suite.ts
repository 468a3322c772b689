import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { connected, edit, leave, local, run, workspaceFolder } from './editor.ts';
import { read, waitForText, write } from './files.ts';
import { inSync, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Production', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;
  const marks = () => vscode.workspace.getConfiguration('syncline').inspect('production')?.globalValue;
  const onServer = () => readdirSync(server.files).filter((name) => name !== '.syncline');

  before(async () => {
    ({ api, server } = await connected());
  });
  after(() => leave(server, unpair));

  test('a place is marked in the settings of this machine, where no workspace can take it away', async () => {
    assert.equal(await run('markProduction', server.address), server.address);
    assert.deepEqual(marks(), [server.address]);
    assert.equal(vscode.workspace.getConfiguration('syncline').inspect('production')?.workspaceValue, undefined);
  });

  test('nothing is written to it before a person has agreed: no sync, no save, no command, no document', async () => {
    write(root, 'live.txt', 'one\n');
    await run('syncFolder', workspaceFolder().uri, server.address, 'two-way');
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'asksWrite'));
    assert.equal(api.targets()[0]?.isProduction, true);
    await edit('live.txt', 'saved\n');
    assert.equal(await run('newFolder', undefined, 'made'), undefined);
    assert.equal(await run('syncNow'), undefined);
    const uri = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/new.txt`);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('x')));
    assert.equal(api.targets()[0]?.status.kind, 'asksWrite');
    assert.deepEqual(onServer(), []);
  });

  test('once a person has agreed it syncs as any other', async () => {
    assert.equal(await run('allowProductionWrites', server.address), server.url);
    await waitForText(server.files, 'live.txt', 'saved\n');
    await inSync(api);
    await edit('live.txt', 'and again\n');
    await waitForText(server.files, 'live.txt', 'and again\n');
    assert.equal(await run('newFolder', undefined, 'made'), 'made');
    assert.equal(api.targets()[0]?.isProduction, true);
  });

  test('the brake stays', async () => {
    for (let at = 0; at < 40; at++) write(root, `many/${at}.txt`, `${at}`);
    await waitForText(server.files, 'many/39.txt', '39');
    await inSync(api);
    rmSync(local('many'), { recursive: true });
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'stopped'));
    assert.equal(read(server.files, 'many/39.txt'), '39');
    await run('syncNow', undefined, { confirmed: true });
    assert.equal(existsSync(join(server.files, 'many')), false);
  });

  test('the mark can be taken away, unless the settings of the workspace set it', async () => {
    assert.equal(await run('unmarkProduction', server.address), server.address);
    assert.deepEqual(marks(), []);
    assert.equal(api.targets()[0]?.isProduction, false);
    const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
    const entry = { server: server.address, production: true };
    await settings.update('targets', [entry], vscode.ConfigurationTarget.Workspace);
    await eventually(() => assert.equal(api.targets()[0]?.isProduction, true));
    assert.equal(await run('unmarkProduction', server.address), undefined);
  });
});
