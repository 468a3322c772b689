import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { connected, leave, run, workspaceFolder } from './editor.ts';
import { read, waitForText, waitUntilGone, write } from './files.ts';
import { inSync, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

/** A text whose first and last line are far enough apart for edits of both to be merged. */
const lines = (first: string, last: string): string => `${first}\nb\nc\nd\ne\nf\ng\nh\n${last}\n`;

suite('Settings', () => {
  let api: SynclineApi;
  let server: TestServer;
  const root = workspaceFolder().uri.fsPath;

  before(async () => {
    ({ api, server } = await connected());
  });
  after(() => leave(server, unpair));

  /** Writes the setting as a person does, agrees to its address and to the first sync, and waits for it. */
  async function sync(dir: string, entry: object): Promise<string> {
    const there = join(server.files, dir);
    mkdirSync(there, { recursive: true });
    const address = `${server.address}/${dir}`;
    // who pairs the two by the command has agreed to the address
    await run('syncFolder', workspaceFolder().uri, address, 'two-way');
    const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
    await settings.update('targets', [{ server: address, ...entry }], vscode.ConfigurationTarget.Workspace);
    await eventually(() => assert.equal(api.targets()[0]?.address, address));
    await eventually(async () => {
      const { kind } = api.targets()[0]?.status ?? {};
      if (kind === 'asksFirstSync') await run('syncNow', undefined, { confirmed: true });
      assert.equal(api.targets()[0]?.status.kind, 'inSync');
    });
    return there;
  }

  test('a target with the mode push sends what is here, and leaves what only the server has', async () => {
    const there = await sync('push', { mode: 'push' });
    assert.equal(api.targets()[0]?.mode, 'push');
    write(root, 'here.txt', 'from here');
    await waitForText(there, 'here.txt', 'from here');
    write(there, 'there.txt', 'from there');
    write(root, 'later.txt', 'x');
    await waitForText(there, 'later.txt', 'x');
    await run('syncNow');
    assert.deepEqual([existsSync(join(root, 'there.txt')), read(there, 'there.txt')], [false, 'from there']);
  });

  test('a target with the mode pull fetches what the server has, and leaves what is only here', async () => {
    const there = await sync('pull', { mode: 'pull' });
    write(there, 'there.txt', 'from there');
    await waitForText(root, 'there.txt', 'from there');
    write(root, 'only-here.txt', 'x');
    await run('syncNow');
    assert.deepEqual([existsSync(join(there, 'only-here.txt')), read(root, 'only-here.txt')], [false, 'x']);
  });

  test('a target with the mode mirror makes the server what is here', async () => {
    const there = await sync('mirror', { mode: 'mirror' });
    await waitForText(there, 'only-here.txt', 'x');
    write(there, 'extra.txt', 'goes');
    await waitUntilGone(there, 'extra.txt');
    assert.equal(existsSync(join(root, 'extra.txt')), false);
  });

  test('a target with merge takes edits of both sides where they do not overlap', async () => {
    const there = await sync('merge', { merge: true });
    write(root, 'text.txt', lines('a', 'z'));
    await waitForText(there, 'text.txt', lines('a', 'z'));
    await inSync(api);
    await run('pauseAutoSync');
    write(root, 'text.txt', lines('mine', 'z'));
    // by a client: what another program overwrites in place is in no history, and nothing can be merged without it
    const uri = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/merge/text.txt`);
    await vscode.workspace.fs.writeFile(uri, Buffer.from(lines('a', 'theirs')));
    await run('resumeAutoSync');
    await waitForText(root, 'text.txt', lines('mine', 'theirs'));
    await waitForText(there, 'text.txt', lines('mine', 'theirs'));
    await inSync(api);
  });

  test('a target without merge leaves the same edits to a person', async () => {
    const there = await sync('conflict', { merge: false });
    await inSync(api);
    await run('pauseAutoSync');
    write(root, 'text.txt', lines('mine', 'z'));
    write(there, 'text.txt', lines('a', 'theirs'));
    await run('resumeAutoSync');
    await eventually(() =>
      assert.deepEqual(
        api.targets()[0]?.conflicts.map(({ path }) => path),
        ['text.txt'],
      ),
    );
    assert.equal(read(there, 'text.txt'), lines('a', 'theirs'));
  });

  test('what the setting “production” names is guarded, be it a whole server', async () => {
    await sync('live', {});
    const settings = vscode.workspace.getConfiguration('syncline');
    await settings.update('production', [server.url], vscode.ConfigurationTarget.Global);
    await eventually(() => assert.equal(api.targets()[0]?.isProduction, true));
    write(root, 'held.txt', 'x');
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'asksWrite'));
    assert.equal(existsSync(join(server.files, 'live/held.txt')), false);
    await settings.update('production', undefined, vscode.ConfigurationTarget.Global);
    await waitForText(server.files, 'live/held.txt', 'x');
    assert.equal(api.targets()[0]?.isProduction, false);
  });
});
