// What a person sees when things are otherwise than usual: a server that is not there, a folder of 50,000 files, conflicts in high
// contrast, a side bar as narrow as it gets; and everything done with the keyboard alone.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { read, waitForText, waitUntilGone, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { Stage } from './support/window/stage.ts';

const HUGE = 50_000;

const stage = new Stage('states');
const screen = screensOf(stage.artifacts);
let window: CodeWindow;
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
  await window.page.keyboard.press('Enter');
  await window.editor.waitForTab('notes.txt');
  await window.page.keyboard.press('F2');
  await (await window.input('New name')).accept('renamed.txt');
  await waitForText(folder, 'renamed.txt', 'theirs\n');
  await window.tree('Server Files').item('renamed.txt').waitFor();
  await window.run('Explorer: Focus on Server Files View');
  await window.page.keyboard.press('End');
  await window.page.keyboard.press('Enter');
  await window.editor.waitForTab('renamed.txt');
  await window.page.keyboard.press('Delete');
  await window.notifications.find('Deleted “renamed.txt”');
  await waitUntilGone(folder, 'renamed.txt');
  assert.equal(read(folder, '.gitignore'), 'data/\n');
});
