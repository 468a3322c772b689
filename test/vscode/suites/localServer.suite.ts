import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, run, startServer, treeLines } from './editor.ts';
import { write } from './files.ts';

suite('Local server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-local-'));
  let api: SynclineApi;

  async function configure(directory: string, port: number): Promise<void> {
    const settings = vscode.workspace.getConfiguration('syncline.localServer');
    await settings.update('directory', directory, vscode.ConfigurationTarget.Global);
    await settings.update('port', port, vscode.ConfigurationTarget.Global);
  }

  const disconnect = (address: string) => run('disconnect', new URL(address).href.replace(/\/files$/, ''));

  before(async () => {
    api = await activate();
    await configure(folder, 0);
  });
  after(() => {
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
    await disconnect(address);
  });

  test('listens on the port of the settings', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const second = mkdtempSync(join(tmpdir(), 'syncline-local-'));
    try {
      await configure(second, port);
      const address = await run<string>('startLocalServer');
      assert.equal(address, `ws://127.0.0.1:${port}/files`);
      await disconnect(address);
    } finally {
      await configure(folder, 0);
      rmSync(second, { recursive: true, force: true });
    }
  });

  test('takes another port when the one of the settings is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const second = mkdtempSync(join(tmpdir(), 'syncline-local-'));
    try {
      await configure(second, port);
      const address = await run<string>('startLocalServer');
      assert.match(address, /^ws:\/\/127\.0\.0\.1:\d+\/files$/);
      assert.notEqual(Number(new URL(address).port), port);
      await disconnect(address);
    } finally {
      other.close();
      await configure(folder, 0);
      rmSync(second, { recursive: true, force: true });
    }
  });

  test('uses the server that serves the folder already, and takes over when that ends', async () => {
    const running = await startServer();
    write(running.files, 'theirs.txt', 'x');
    try {
      await configure(running.files, 0);
      assert.equal(await run<string>('startLocalServer'), running.address);
      await eventually(async () => assert.deepEqual(await treeLines(api), ['theirs.txt']));
      await running.stop('SIGKILL');
      write(running.files, 'later.txt', 'y');
      await eventually(async () => assert.deepEqual(await treeLines(api), ['later.txt', 'theirs.txt']));
      assert.equal(await run<string>('startLocalServer'), running.address);
    } finally {
      await disconnect(running.address);
      await configure(folder, 0);
      // ends the server that took over, which serves the folder that is removed
      await disconnect(await run<string>('startLocalServer'));
      await running.remove();
    }
  });
});
