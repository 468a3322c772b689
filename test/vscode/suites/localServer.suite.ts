import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, run, treeLines } from './editor.ts';
import { write } from './files.ts';

suite('Local server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-local-'));
  let api: SynclineApi;

  before(async () => {
    api = await activate();
    const settings = vscode.workspace.getConfiguration('syncline.localServer');
    await settings.update('directory', folder, vscode.ConfigurationTarget.Global);
    await settings.update('port', 0, vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await run('disconnect');
    rmSync(folder, { recursive: true, force: true });
  });

  test('starts, is connected to without asking for a token, and serves the folder of the settings', async () => {
    write(folder, 'here.txt', 'x');
    const address = await run<string>('startLocalServer');
    assert.match(address, /^ws:\/\/127\.0\.0\.1:\d+\/files$/);
    await eventually(async () => assert.deepEqual(await treeLines(api), ['here.txt']));
  });

  test('is started once', async () => {
    const address = await run<string>('startLocalServer');
    assert.equal(await run<string>('startLocalServer'), address);
  });
});
