// A share as a folder of the workspace, beside one on disk.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { waitForText, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { setToken, Stage } from './support/window/stage.ts';

const stage = new Stage('shareFolder');
const { artifacts } = stage;
let window: CodeWindow;
let server: TestServer;
let folder: string;

before(async () => {
  folder = stage.root;
  server = await stage.serve();
  write(server.files, 'docs/guide.md', '# Guide\n');
  write(server.files, 'notes.txt', 'one\n');
  write(folder, 'app/local.txt', 'here\n');
  const folders = [{ path: 'app' }, { uri: `syncline://${new URL(server.url).host}/files`, name: 'on the server' }];
  write(folder, 'both.code-workspace', JSON.stringify({ folders }));
  const code = await stage.startCode();
  window = await code.open(join(folder, 'both.code-workspace'), { size: 'wide' });
});

test('its files are in the Explorer once there is a token, and are edited in place', async () => {
  await setToken(window, server);
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
