// A folder that nobody has vouched for yet: nothing is connected to until a person trusts it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { waitForText, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { setToken, Stage } from './support/window/stage.ts';

const stage = new Stage('restrictedMode');
const { artifacts } = stage;
let window: CodeWindow;
let server: TestServer;
/** Counts who comes to the server. */
let wire: FaultProxy;
let folder: string;

before(async () => {
  folder = join(stage.root, 'cloned');
  server = await stage.serve();
  wire = await FaultProxy.start(stage, server.url);
  const targets = [{ server: `${wire.url}/files` }];
  write(folder, '.vscode/settings.json', JSON.stringify({ 'syncline.targets': targets }));
  write(folder, 'secret.txt', 'not for everyone');
  const code = await stage.startCode({
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
  });
  window = await code.open(folder);
});

test('in Restricted Mode nothing is connected to, and the view says why and what can be done', async () => {
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await window.statusBar.waitFor('Syncline: restricted');
  await window.page.getByText('In Restricted Mode Syncline connects to nothing').first().waitFor();
  await window.page.getByRole('button', { name: 'Manage Workspace Trust' }).first().waitFor();
  await window.screenshot(join(artifacts, 'screens', 'restricted.png'));
  await window.run('Syncline: Add Numbers');
  const refused = await window.notifications.find('In Restricted Mode');
  assert.deepEqual(await refused.buttons(), ['Manage Trust', 'Show Log']);
  await refused.close();
  assert.equal(wire.attempts, 0);
});

test('once the person trusts the folder it goes on as anywhere else', async () => {
  await window.page.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
  await window.page.getByRole('button', { name: 'Trust', exact: true }).click();
  const question = await window.notifications.find('want to sync “cloned”');
  assert.equal(wire.attempts, 0);
  await question.click('Allow');
  await setToken(window, server);
  await waitForText(server.files, 'secret.txt', 'not for everyone');
  assert.ok(existsSync(join(server.files, '.vscode/settings.json')));
});
