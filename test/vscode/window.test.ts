// The extension as a person meets it: palette, tree, menus, input boxes, notifications, in a real window. Pictures of what
// they see go to .cache/vscode/artifacts/window/screens, or with SYNCLINE_SCREENS=keep to test/vscode/screens.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { read, waitForText, waitUntilGone, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { Code } from './support/window/code.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { setToken, Stage } from './support/window/stage.ts';
import { StatusMenu } from './support/window/statusMenu.ts';

const stage = new Stage('window');
const screen = screensOf(stage.artifacts);
let code: Code;
let window: CodeWindow;
let server: TestServer;
let folder: string;

before(async () => {
  folder = join(stage.root, 'app');
  write(folder, 'notes.txt', 'one\n');
  write(folder, 'src/main.ts', 'export const answer = 42;\n');
  server = await stage.serve();
  write(server.files, 'docs/guide.md', '# Guide\n');
  write(server.files, 'docs/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>\n');
  write(server.files, 'README.md', 'from the server\n');
  code = await stage.startCode();
  window = await code.open(folder);
});

test('without a server the view says what can be done', async () => {
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await window.statusBar.waitFor('Syncline');
  await window.page.getByRole('button', { name: 'Start Local Server' }).first().waitFor();
  await window.screenshot(screen('welcome-dark'));
  const offers = await new StatusMenu(window).offers();
  assert.deepEqual(offers, ['Connect…', 'Start Local Server', 'Open Settings', 'Show Log']);
  await window.page.getByText('Not connected. New here?').first().waitFor();
  await window.showContainer('Syncline');
  await window.showView('Jobs');
  await window.showView('History');
  await emptyViewsSay('Syncline keeps this workspace in sync', 'Jobs run on the server', 'The server keeps what is');
  await window.screenshot(screen('views-unconnected-dark'));
  await window.showContainer('Explorer');
});

async function emptyViewsSay(...texts: readonly string[]): Promise<void> {
  for (const text of texts) await window.page.getByText(text).first().waitFor();
}

test('a walkthrough leads through the first steps', async () => {
  await window.run('Syncline: Get Started');
  const step = window.page.getByRole('button', { name: 'Connect to a server' });
  await step.first().waitFor();
  await window.page.getByText('Keep a folder in sync').first().waitFor();
  for (const name of ['See both sides', 'Go back at any time', 'Run jobs where the files are'])
    await window.page.getByRole('button', { name }).first().waitFor();
  await window.screenshot(screen('walkthrough-dark'));
  await window.run('View: Close All Editors');
});

test('connecting asks for the token, and a wrong one can be corrected in place', async () => {
  await window.run('Syncline: Connect');
  const address = await window.input('ws://HOST:PORT/SHARE');
  await address.fill('http://127.0.0.1/files');
  await address.waitForMessage('This is no address');
  await address.accept(server.address);
  await (await window.input('Token for')).accept('wrong'.repeat(8));
  const refused = await window.notifications.find('The token is not accepted');
  assert.deepEqual(await refused.buttons(), ['Set Token', 'Show Log']);
  await window.screenshot(screen('wrong-token-dark'));
  await refused.click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  await window.tree('Server Files').item('README.md').waitFor();
  await window.statusBar.waitFor(server.address.replace('ws://', ''));
});

test('each view says what it is for while it is empty', async () => {
  await window.showContainer('Syncline');
  await emptyViewsSay('No folder of this workspace is synced', 'No conflicts: nothing was changed');
  await emptyViewsSay('Nothing was run on the server yet', 'Open a file, or choose one in Server Files');
  await window.screenshot(screen('views-empty-dark'));
  await window.showContainer('Explorer');
});

test('the tree opens, makes, renames and deletes, and a deletion can be undone', async () => {
  const tree = window.tree('Server Files');
  await tree.item('docs').expand();
  await eventually(async () => assert.deepEqual(await tree.lines(), ['docs', '  guide.md', '  logo.svg', 'README.md']));
  await tree.item('guide.md').select();
  await window.editor.waitForText('# Guide');
  await tree.item('docs').contextMenu('New Folder');
  const name = await window.input('Name; “a/b” makes both');
  await name.fill('CON');
  await name.waitForMessage('is the name of a device on Windows');
  await name.accept('drafts');
  await tree.item('drafts').waitFor();
  await tree.item('logo.svg').contextMenu('Rename');
  await (await window.input('New name')).accept('picture.svg');
  await tree.item('picture.svg').waitFor();
  assert.ok(existsSync(join(server.files, 'docs/picture.svg')));
  await tree.item('docs').contextMenu('Delete');
  const deleted = await window.notifications.find('Deleted “docs” with 2 files');
  await waitUntilGone(server.files, 'docs');
  await window.screenshot(screen('deleted-dark'));
  await deleted.click('Undo');
  await waitForText(server.files, 'docs/guide.md', '# Guide\n');
  await tree.item('docs').waitFor();
  assert.ok(existsSync(join(server.files, 'docs/drafts')));
});

test('a test of the connection tells how fast the server answers and what the token may do', async () => {
  await window.run('Syncline: Test Connection');
  const told = await window.notifications.find('answers in');
  assert.match(await told.message(), /answers in [\d.]+ ms; .* may read, write, compute.*; shares: files\./);
  await told.close();
});

test('numbers are checked while they are typed', async () => {
  await window.run('Syncline: Add Numbers');
  const values = await window.input('Separate values with blanks or commas');
  await values.fill('1 two 3');
  await values.waitForMessage('Value 2 (“two”) is not a number');
  await window.screenshot(screen('add-numbers-dark'));
  await values.accept('1 2 39');
  await (await window.notifications.find('The sum is 42.')).close();
});

test('a job is submitted, and its result shown by its id', async () => {
  await window.run('Syncline: Submit Job');
  await (await window.input('Which operation?')).pick('sort');
  await (await window.input('Values, separated by blanks or commas')).accept('30 4 100');
  const form = await window.input('Submit, or choose a parameter');
  assert.deepEqual(
    (await form.items()).map((item) => item.trim()),
    ['Submit', 'Values', 'Order', 'Collation', 'Unique'],
  );
  await form.pick('Order');
  await (await window.input('Which way the values run.')).pick('descending');
  await (await window.input('Submit, or choose a parameter')).pick('Unique');
  await window.screenshot(screen('job-form-dark'));
  await (await window.input('Submit, or choose a parameter')).pick('Submit');
  const submitted = await window.notifications.find('(sort) was submitted');
  await submitted.click('Show Result');
  await window.editor.waitForText('100');
  assert.equal(await window.editor.text(), '100\n30\n4');
  assert.deepEqual(
    (await window.editor.tabs()).filter((tab) => tab.endsWith('●')),
    [],
  );
});

test('the Jobs view shows what runs and what has run, and runs it again', async () => {
  await window.showContainer('Syncline');
  await window.showView('Jobs');
  const jobs = window.tree('Jobs');
  await jobs.item('sort').waitFor();
  await jobs.item('sort').inlineAction('Run Job Again');
  await eventually(async () =>
    assert.deepEqual(
      (await jobs.lines()).map((line) => line.split(' · ')[0]),
      ['sort [succeeded', 'sort [succeeded'],
    ),
  );
  const lines = Array.from({ length: 500_000 }, (_, at) => `line ${(at * 7_919) % 500_009}\n`);
  write(server.files, 'big.txt', lines.join(''));
  await window.showContainer('Explorer');
  await window.tree('Server Files').item('big.txt').contextMenu('Sort Lines…');
  await (await window.input('Submit, or choose a parameter')).pick('Submit');
  await window.showContainer('Syncline');
  await jobs.item('sort-file').waitFor();
  await window.screenshot(screen('jobs-dark'));
  await eventually(async () => assert.match((await jobs.lines())[0] ?? '', /^sort-file \[succeeded/));
  await jobs.item('sort-file').select();
  await window.editor.waitForText('"lines": 500000');
  rmSync(join(server.files, 'big.txt'));
  await window.showContainer('Explorer');
  await window.tree('Server Files').item('big.txt').waitUntilGone();
  await window.notifications.clear();
});

test('the first sync of two sides that both hold something shows what it would do and asks', async () => {
  await window.run('Syncline: Sync Folder with Server');
  await (await window.input('Which way do changes travel?')).pick('two-way');
  const question = await window.notifications.find('First sync of “app”');
  // the third that goes up is the setting that pairs the two
  assert.match(await question.message(), /3 files go up .*, 3 files come down/);
  await window.screenshot(screen('first-sync-dark'));
  await window.statusBar.waitFor('first sync?');
  assert.deepEqual((await new StatusMenu(window).offers()).slice(0, 4), [
    'app',
    'Sync Now',
    'Preview Sync',
    'Pause Auto-Sync',
  ]);
  assert.equal(existsSync(join(folder, 'README.md')), false);
  await question.click('Sync');
  await waitForText(folder, 'README.md', 'from the server\n');
  await waitForText(server.files, 'src/main.ts', 'export const answer = 42;\n');
});

test('a save is on the server, and a change there is in the open editor', async () => {
  await window.editor.open('notes.txt');
  await window.editor.append('two\n');
  await window.editor.save();
  await waitForText(server.files, 'notes.txt', 'one\ntwo\n');
  write(server.files, 'notes.txt', 'changed on the server\n');
  await window.editor.waitForText('changed on the server');
});

test('a file of the Explorer is compared with the server from its menu', async () => {
  await window.showContainer('Explorer');
  await window.tree('Files Explorer').item('notes.txt').contextMenu('Syncline', 'Compare with Server');
  await window.editor.waitForTab('notes.txt (server ↔ here)');
});

test('a conflict is shown with both sides, and decided by a click', async () => {
  await window.run('Syncline: Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  write(folder, 'notes.txt', 'mine\n');
  write(server.files, 'notes.txt', 'theirs\n');
  await window.run('Syncline: Resume Auto-Sync');
  await window.statusBar.waitFor('1 conflict');
  await window.showContainer('Syncline');
  const conflicts = window.tree('Conflicts');
  await eventually(async () =>
    assert.deepEqual(await conflicts.lines(), ['notes.txt [changed here, changed on the server]']),
  );
  await conflicts.item('notes.txt').select();
  await window.editor.waitForTab('notes.txt (theirs ↔ mine)');
  await window.editor.waitForText('mine');
  await window.screenshot(screen('conflict-dark'));
  assert.deepEqual([read(folder, 'notes.txt'), read(server.files, 'notes.txt')], ['mine\n', 'theirs\n']);
  await conflicts.item('notes.txt').inlineAction('Keep Mine');
  await waitForText(server.files, 'notes.txt', 'mine\n');
  await conflicts.item('notes.txt').waitUntilGone();
});

test('a sync that would delete most of the tree stops and asks', async () => {
  for (let at = 0; at < 30; at++) write(folder, `bulk/${at}.txt`, String(at));
  await waitForText(server.files, 'bulk/29.txt', '29');
  rmSync(join(folder, 'bulk'), { recursive: true });
  await window.dialog.waitFor('This would delete');
  await window.screenshot(screen('brake-dark'));
  assert.ok(existsSync(join(server.files, 'bulk/0.txt')));
  await window.dialog.click('Show Plan');
  await window.tree('Plan').item('9.txt').waitFor();
  await window.screenshot(screen('brake-plan-dark'));
  await window.viewAction('Plan', 'Sync Selected');
  await waitUntilGone(server.files, 'bulk');
});

test('the menu behind the status bar shows targets and commands', async () => {
  await window.statusBar.click(server.address.replace('ws://', ''));
  const menu = await window.input('Choose a target');
  assert.ok((await menu.items()).length >= 6);
  await window.screenshot(screen('status-menu-dark'));
  await menu.dismiss();
});

test('the log has what happened, and no token (row 13)', async () => {
  await window.run('Syncline: Show Log');
  await window.output.waitForText('Syncline');
  assert.ok(!(await window.output.text()).includes(server.token));
  assert.ok(!readFileSync(join(folder, '.vscode/settings.json'), 'utf8').includes(server.token));
});

test('everything is in place in a light theme, a narrow and a wide window', async () => {
  await window.showContainer('Explorer');
  await window.useTheme('light');
  await window.resize('narrow');
  await window.screenshot(screen('explorer-narrow-light'));
  await window.resize('wide');
  await window.showContainer('Syncline');
  await window.screenshot(screen('targets-wide-light'));
  await window.resize('normal');
  await window.useTheme('dark');
});

test('after a reload it goes on; only the token is asked for, which a browser does not keep', async () => {
  await window.reload();
  const missing = await window.notifications.find('There is no token');
  await window.showContainer('Explorer');
  await window.page.getByText('Not connected to the server right now.').first().waitFor();
  await missing.click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  await missing.waitUntilGone();
  write(server.files, 'after-reload.txt', 'hello\n');
  await waitForText(folder, 'after-reload.txt', 'hello\n');
  assert.deepEqual(await window.notifications.messages(), []);
});

test('an address that comes with a repository is not used before the person has agreed to it (row 12)', async () => {
  const other = join(folder, '..', 'cloned');
  write(
    other,
    '.vscode/settings.json',
    JSON.stringify({ 'syncline.targets': [{ server: `${server.address}/cloned` }] }),
  );
  write(other, 'secret.txt', 'not for everyone');
  const second = await code.open(other);
  const question = await second.notifications.find('The workspace’s settings want to sync “cloned”');
  assert.match(await question.message(), new RegExp(server.address));
  await second.statusBar.waitFor('consent?');
  await second.screenshot(screen('consent'));
  assert.equal(existsSync(join(server.files, 'cloned')), false);
  await question.click('Allow');
  await setToken(second, server);
  await waitForText(server.files, 'cloned/secret.txt', 'not for everyone');
  await second.close();
});

test('in a workspace of several folders each syncs with its own target (row 14)', async () => {
  const parent = join(folder, '..', 'several');
  for (const name of ['api', 'web']) write(parent, `${name}/${name}.txt`, name);
  const targets = ['api', 'web'].map((name) => ({ folder: name, server: `${server.address}/several/${name}` }));
  const settings = { 'syncline.targets': targets };
  write(parent, 'all.code-workspace', JSON.stringify({ folders: [{ path: 'api' }, { path: 'web' }], settings }));
  const second = await code.open(join(parent, 'all.code-workspace'));
  for (const name of ['api', 'web']) await (await second.notifications.find(`want to sync “${name}”`)).click('Allow');
  await setToken(second, server);
  for (const name of ['api', 'web']) await waitForText(server.files, `several/${name}/${name}.txt`, name);
  await second.statusBar.waitFor('2 targets');
  await second.showContainer('Syncline');
  await eventually(async () =>
    assert.deepEqual(
      (await second.tree('Targets').lines()).map((line) => line.replace(/\d+\.\d+\.\d+\.\d+:\d+/, 'HOST')),
      ['api [in sync · HOST/files/several/api]', 'web [in sync · HOST/files/several/web]'],
    ),
  );
  await second.close();
});

test('to someone whose VS Code is in German, commands, views, questions and messages are German', async () => {
  const other = join(folder, '..', 'deutsch');
  write(other, 'notes.txt', 'eins\n');
  mkdirSync(join(server.files, 'leer'));
  const german = await code.open(other, { language: 'de' });
  await german.showContainer('Explorer');
  await german.showView('Serverdateien');
  await german.page.getByRole('button', { name: 'Lokalen Server starten' }).first().waitFor();
  await german.run('Syncline: Verbinden');
  const address = await german.input('mit /DIR für einen Ordner darin');
  await address.titleButton('Als Produktion kennzeichnen');
  await eventually(async () => assert.equal(await address.title(), 'Syncline: Verbinden · PRODUKTION'));
  await address.fill('http://127.0.0.1/files');
  await address.waitForMessage('Das ist keine Adresse');
  await address.accept(`${server.address}/leer`);
  await (await german.input('Token für')).accept(server.token);
  await german.page.getByText('Hier sind noch keine Dateien').first().waitFor();
  await german.statusBar.waitFor('PRODUKTION');
  const menu = await german.statusBar.click('PRODUKTION').then(() => german.input('Wählen Sie einen Befehl'));
  const offers = (await menu.items()).map((item) => item.trim());
  assert.deepEqual(offers.slice(0, 3), [
    'Schreiben in die Produktion erlauben',
    'Ordner mit Server synchronisieren…',
    'Verbinden…',
  ]);
  await german.screenshot(screen('german'));
  await menu.dismiss();
  await german.run('Syncline: Zahlen addieren');
  await (await german.input('Trennen Sie Werte')).accept('1 2 39');
  await (await german.notifications.find('Die Summe ist 42.')).close();
  assert.deepEqual(await german.editor.tabs(), []);
  await german.close();
});
