// A share as a folder of the workspace, beside one on disk.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { waitForText, write } from './suites/files.ts';
import { TestServer } from './suites/server.ts';
import { cacheFolder, install, repositoryRoot } from './support/installation.ts';
import { Code } from './support/window/code.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';

const artifacts = join(cacheFolder, 'artifacts', 'shareFolder');
let code: Code;
let window: CodeWindow;
let server: TestServer;
let folder: string;

before(async () => {
  const { node } = install();
  folder = mkdtempSync(join(tmpdir(), 'syncline-share-'));
  server = await TestServer.start(node, repositoryRoot);
  write(server.files, 'docs/guide.md', '# Guide\n');
  write(server.files, 'notes.txt', 'one\n');
  write(folder, 'app/local.txt', 'here\n');
  const folders = [{ path: 'app' }, { uri: `syncline://${new URL(server.url).host}/files`, name: 'on the server' }];
  write(folder, 'both.code-workspace', JSON.stringify({ folders }));
  code = await Code.start({ extension: repositoryRoot, artifacts });
  window = await code.open(join(folder, 'both.code-workspace'), { size: 'wide' });
});
afterEach((t) => code.keepFailure(t));
after(async () => {
  await code?.stop();
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('its files are in the Explorer once there is a token, and are edited in place', async () => {
  await (await window.notifications.find('There is no token')).click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  await window.showContainer('Explorer');
  const explorer = window.tree('Files Explorer');
  await explorer.item('notes.txt').waitFor();
  await explorer.item('local.txt').waitFor();
  await explorer.item('notes.txt').row.dblclick();
  await window.editor.append('two\n');
  await window.editor.save();
  await waitForText(server.files, 'notes.txt', 'one\ntwo\n');
  await window.screenshot(join(artifacts, 'screens', 'share-folder.png'));
});

test('what happens on the server shows, and the folder on disk stays as it is', async () => {
  const explorer = window.tree('Files Explorer');
  write(server.files, 'new-on-server.txt', 'new');
  await explorer.item('new-on-server.txt').waitFor();
  assert.equal(await explorer.item('local.txt').badge(), '');
});
