// What a person sees when things are otherwise than usual: a server that is not there, a folder of 50,000 files, conflicts in high
// contrast, a side bar as narrow as it gets, what another program did, a production server; and everything done with the keyboard alone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { read, waitForText, waitUntilGone, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { Stage } from './support/window/stage.ts';
import { StatusMenu } from './support/window/statusMenu.ts';

const HUGE = 50_000;

const stage = new Stage('states');
const screen = screensOf(stage.artifacts);
let window: CodeWindow;
let statusMenu: StatusMenu;
let server: TestServer;
let folder: string;

before(async () => {
  folder = join(stage.root, 'app');
  const huge = join(folder, '../huge');
  mkdirSync(join(huge, 'data'), { recursive: true });
  for (let at = 0; at < HUGE; at++) writeFileSync(join(huge, 'data', `record-${at}.json`), '');
  write(huge, 'notes.txt', 'one\n');
  write(folder, 'notes.txt', 'one\n');
  write(folder, '.gitignore', 'data/\n');
  server = await stage.serve(huge);
  const code = await stage.startCode();
  window = await code.open(folder);
  statusMenu = new StatusMenu(window);
});

test('a server that is not there is told in one message with what can be done', async () => {
  await window.useTheme('light');
  await window.run('Syncline: Connect');
  await (await window.input('ws://HOST:PORT/SHARE')).accept('ws://127.0.0.1:9/files');
  await (await window.input('Token for')).accept('x'.repeat(43));
  const failed = await window.notifications.find('ws://127.0.0.1:9');
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await window.screenshot(screen('unreachable-light'));
  assert.ok((await failed.buttons()).includes('Retry'));
  await failed.close();
  await window.useTheme('dark');
});

test('a folder of 50,000 files shows its first rows at once, and more when asked for', async () => {
  await window.run('Syncline: Connect');
  await (await window.input('ws://HOST:PORT/SHARE')).accept(server.address);
  await (await window.input('Token for')).accept(server.token);
  const tree = window.tree('Server Files');
  await tree.item('data').waitFor();
  const begun = performance.now();
  await tree.item('data').expand();
  await tree.item('record-0.json').waitFor();
  console.error(`the first of ${HUGE} rows after ${Math.round(performance.now() - begun)} ms`);
  await tree.item('record-0.json').select();
  await window.widenSideBar(180);
  await window.screenshot(screen('huge-narrow-dark'));
  await window.page.keyboard.press('End');
  await tree.item('Load more…').waitFor();
  await window.widenSideBar(600);
  await tree.item('Load more…').select();
  await tree.item('Load more…').waitUntilGone();
  await window.screenshot(screen('huge-wide-dark'));
  await window.page.keyboard.press('Home');
  await tree.item('data').collapse();
  await window.widenSideBar(300);
});

test('marks and conflicts can be told apart in high contrast', async () => {
  await window.run('Syncline: Sync Folder with Server');
  await (await window.input('Which way do changes travel?')).pick('two-way');
  await waitForText(server.files, '.gitignore', 'data/\n');
  await window.run('Syncline: Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  write(folder, 'notes.txt', 'mine\n');
  write(server.files, 'notes.txt', 'theirs\n');
  await window.run('Syncline: Resume Auto-Sync');
  await window.statusBar.waitFor('1 conflict');
  await window.useTheme('highContrast');
  await window.showContainer('Syncline');
  await window.tree('Conflicts').item('notes.txt').select();
  await window.editor.waitForTab('notes.txt (theirs ↔ mine)');
  await window.editor.waitForText('mine');
  await window.screenshot(screen('conflict-high-contrast'));
  await window.showContainer('Explorer');
  await eventually(async () => assert.equal(await window.tree('Files Explorer').item('notes.txt').badge(), '!'));
  await window.screenshot(screen('explorer-high-contrast'));
  await window.useTheme('dark');
});

/** Pressed again when nothing comes of it: a tree that is just being refreshed loses what was meant for its old rows. */
async function enterOpens(tab: string): Promise<void> {
  await eventually(async () => {
    await window.page.keyboard.press('Enter');
    return window.editor.showsTab(tab, 2_000);
  });
}

test('with the keyboard alone: the status, a conflict, a rename and a deletion', async () => {
  assert.match(await window.statusBar.label('1 conflict'), /^Syncline, .*1 conflict/);
  await window.run('Syncline: Show Status');
  const menu = await window.input('Choose a target');
  await menu.fill('Resolve');
  await menu.accept();
  const choices = await window.input('changed here, changed on the server');
  await choices.fill('Keep Theirs');
  await choices.accept();
  await waitForText(folder, 'notes.txt', 'theirs\n');
  await window.run('Explorer: Focus on Server Files View');
  await window.page.keyboard.press('End');
  // Enter chooses: what the keys are about is what is chosen, as everywhere in views of extensions
  await enterOpens('notes.txt');
  await window.page.keyboard.press('F2');
  await (await window.input('New name')).accept('renamed.txt');
  await waitForText(folder, 'renamed.txt', 'theirs\n');
  await window.tree('Server Files').item('renamed.txt').waitFor();
  await window.run('Explorer: Focus on Server Files View');
  await window.page.keyboard.press('End');
  await enterOpens('renamed.txt');
  await window.page.keyboard.press('Delete');
  await window.notifications.find('Deleted “renamed.txt”');
  await waitUntilGone(folder, 'renamed.txt');
  assert.equal(read(folder, '.gitignore'), 'data/\n');
});

test('what another program changed is undone from the menu of the status bar, but for what is left out', async () => {
  for (const name of ['a.txt', 'b.txt', 'c.txt']) write(server.files, `src/${name}`, 'as it was\n');
  await waitForText(folder, 'src/c.txt', 'as it was\n');
  for (const name of ['a.txt', 'b.txt', 'c.txt']) write(folder, `src/${name}`, 'changed by a program\n');
  await waitForText(server.files, 'src/c.txt', 'changed by a program\n');
  await statusMenu.choose('Undo Outside Changes…');
  const batches = await window.input('Which changes?');
  // the newest comes first
  await window.page.getByText('src/a.txt, src/b.txt, src/c.txt').waitFor();
  await window.screenshot(screen('outside-changes-dark'));
  await batches.accept();
  const steps = await window.input('Ticked changes are undone');
  assert.deepEqual(await steps.items(), ['src/a.txt', 'src/b.txt', 'src/c.txt']);
  await steps.button('src/a.txt', 'Compare with what it was');
  await window.editor.waitForTab('a.txt (before ↔ now)');
  await steps.toggle('src/b.txt');
  await window.screenshot(screen('outside-steps-dark'));
  await steps.accept();
  const undone = await window.notifications.find('2 entries came back in “app”');
  await waitForText(server.files, 'src/a.txt', 'as it was\n');
  await waitForText(server.files, 'src/c.txt', 'as it was\n');
  assert.deepEqual(
    ['a.txt', 'b.txt', 'c.txt'].map((name) => read(folder, `src/${name}`)),
    ['as it was\n', 'changed by a program\n', 'as it was\n'],
  );
  await undone.close();
});

test('a file that cannot be synced is in the menu of the status bar, which leads to the Problems panel', async () => {
  symlinkSync('/etc/hostname', join(folder, 'outside'));
  await window.statusBar.waitFor('1 problem');
  assert.deepEqual((await statusMenu.offers()).slice(0, 3), ['app', 'Show 1 Problem', 'Sync Now']);
  await statusMenu.choose('Show 1 Problem');
  await window.page.locator('.markers-panel').getByText('outside').first().waitFor();
  await window.screenshot(screen('problem-dark'));
  unlinkSync(join(folder, 'outside'));
  await window.statusBar.waitFor(server.address.replace('ws://', ''));
  await window.run('View: Hide Panel');
});

test('without its server the menu says so, and offers no test of the connection; it goes on by itself', async () => {
  await server.stop();
  await window.statusBar.waitFor('offline');
  const menu = await statusMenu.open();
  const items = (await menu.items()).map((item) => item.trim());
  assert.ok(items.includes('Connect…') && items.includes('Pause Auto-Sync'));
  assert.ok(!items.includes('Test Connection'));
  await window.screenshot(screen('offline-dark'));
  await menu.dismiss();
  write(folder, 'src/b.txt', 'written without the server\n');
  await server.start();
  await waitForText(server.files, 'src/b.txt', 'written without the server\n');
});

test('a place is declared production where one connects to it', async () => {
  await window.run('Syncline: Connect');
  const places = await window.input('Where to?');
  await places.button(server.address, 'Mark as Production');
  await places.waitForDescription(server.address, 'PRODUCTION');
  await window.screenshot(screen('connect-production-dark'));
  await places.dismiss();
  await window.statusBar.waitFor('PRODUCTION');
});

test('a production server is not written to before a person has agreed, who is asked once', async () => {
  await window.editor.open('a.txt');
  await window.editor.append('for production\n');
  await window.editor.save();
  const question = await window.notifications.find('has changes for it. Write to it in this session?');
  assert.deepEqual(await question.buttons(), ['Write to Production', 'Show Plan', 'Not Now']);
  await window.statusBar.waitFor('write?');
  await window.screenshot(screen('production-question-dark'));
  await question.click('Not Now');
  await window.editor.append('and more\n');
  await window.editor.save();
  assert.deepEqual((await statusMenu.offers()).slice(0, 3), ['app', 'Allow Writing to Production', 'Sync Now']);
  await window.showContainer('Explorer');
  await window.tree('Files Explorer').item('a.txt').contextMenu('Syncline', 'Upload');
  await window.dialog.waitFor('is marked as production. Write to it?');
  await window.screenshot(screen('production-dialog-dark'));
  await window.dialog.click('Cancel');
  assert.equal(read(server.files, 'src/a.txt'), 'as it was\n');
  await eventually(async () => assert.deepEqual(await window.notifications.messages(), []));
  await statusMenu.choose('Allow Writing to Production');
  await waitForText(server.files, 'src/a.txt', 'as it was\nfor production\nand more\n');
  await window.editor.append('without a question\n');
  await window.editor.save();
  await eventually(() => assert.match(read(server.files, 'src/a.txt'), /without a question/));
  await window.tree('Server Files').item('src').contextMenu('New Folder');
  await (await window.input('Name; “a/b” makes both')).accept('made');
  await eventually(() => assert.ok(existsSync(join(server.files, 'src/made'))));
  assert.ok(!(await statusMenu.offers()).includes('Allow Writing to Production'));
  assert.deepEqual(await window.notifications.messages(), []);
});
