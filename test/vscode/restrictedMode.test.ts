// A folder that nobody has vouched for yet: nothing is connected to until a person trusts it.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { waitForText, write } from './suites/files.ts';
import { TestServer } from './suites/server.ts';
import { cacheFolder, install, repositoryRoot } from './support/installation.ts';
import { Code } from './support/window/code.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';

const artifacts = join(cacheFolder, 'artifacts', 'restrictedMode');
let code: Code;
let window: CodeWindow;
let server: TestServer;
/** Counts who comes to the server. */
let wire: FaultProxy;
let folder: string;
/** Left for the end of the file: what is registered inside a hook would end with the hook. */
const cleanups: (() => void | Promise<void>)[] = [];

before(async () => {
  const { node } = install();
  folder = join(mkdtempSync(join(tmpdir(), 'syncline-restricted-')), 'cloned');
  server = await TestServer.start(node, repositoryRoot);
  wire = await FaultProxy.start({ after: (work) => cleanups.push(work) }, server.url);
  const targets = [{ server: `${wire.url}/files` }];
  write(folder, '.vscode/settings.json', JSON.stringify({ 'syncline.targets': targets }));
  write(folder, 'secret.txt', 'not for everyone');
  code = await Code.start({
    extension: repositoryRoot,
    artifacts,
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
  });
  window = await code.open(folder);
});
afterEach((t) => code.keepFailure(t));
after(async () => {
  await code?.stop();
  for (const cleanup of cleanups) await cleanup();
  await server?.remove();
  rmSync(join(folder, '..'), { recursive: true, force: true });
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
  await (await window.notifications.find('There is no token')).click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  await waitForText(server.files, 'secret.txt', 'not for everyone');
  assert.ok(existsSync(join(server.files, '.vscode/settings.json')));
});
