// What the menus show, and when: each of them opened as a person opens it, item by item.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { waitForText, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { itemsOfMenu } from './support/window/menu.ts';
import { Stage } from './support/window/stage.ts';
import { StatusMenu } from './support/window/statusMenu.ts';
import type { Tree } from './support/window/tree.ts';

const stage = new Stage('menus');
let window: CodeWindow;
let server: TestServer;
let folder: string;
let explorer: Tree;
let serverFiles: Tree;
let statusMenu: StatusMenu;

before(async () => {
  folder = join(stage.root, 'app');
  server = await stage.serve();
  for (const root of [folder, server.files]) {
    write(root, 'notes.txt', 'one\n');
    write(root, 'docs/guide.md', '# Guide\n');
  }
  window = await stage.openSynced(folder, server);
  explorer = window.tree('Files Explorer');
  serverFiles = window.tree('Server Files');
  statusMenu = new StatusMenu(window);
  await serverFiles.item('notes.txt').waitFor();
  await window.statusBar.waitFor(server.address.replace('ws://', ''));
});

/** What the context menu of a row shows, sub-menus left closed. */
async function menuOf(tree: Tree, label: string): Promise<string[]> {
  await tree.item(label).row.click({ button: 'right' });
  return itemsOfMenu(window.page);
}

/** What the menu of the status bar shows whenever a connected folder is synced. */
const CONNECTION = ['Connect…', 'Test Connection', 'Disconnect', 'Start Local Server', 'Set Token…'];
const ALWAYS = ['Open Settings', 'Show Log'];

test('the menu of the status bar, in sync', async () => {
  const syncing = ['Sync Now', 'Preview Sync', 'Pause Auto-Sync'];
  assert.deepEqual(await statusMenu.offers(), ['app', ...syncing, 'Verify Workspace', ...CONNECTION, ...ALWAYS]);
});

test('a file of Server Files', async () => {
  await eventually(async () => assert.equal(await serverFiles.item('notes.txt').badge(), ''));
  assert.deepEqual(await menuOf(serverFiles, 'notes.txt'), [
    'Open',
    'Compare with Server',
    'Show History',
    'Reveal in Explorer',
    'Open Part of File…',
    'Download',
    'Rename',
    'Delete',
    'Restore Version',
    'Restore As It Was…',
    'Explain File',
    'Copy Path',
    'Copy Relative Path',
    'Sort Lines…',
  ]);
});

test('a folder of Server Files', async () => {
  assert.deepEqual(await menuOf(serverFiles, 'docs'), [
    'Reveal in Explorer',
    'Download',
    'Upload',
    'Upload Folder',
    'New Folder',
    'Rename',
    'Delete',
    'Restore Version',
    'Restore As It Was…',
    'Explain File',
    'Show Deleted Files',
    'Copy Path',
    'Copy Relative Path',
  ]);
});

test('the title of Server Files', async () => {
  assert.deepEqual(await window.viewActions('Server Files'), [
    'New Folder',
    'Upload',
    'Refresh',
    'Show Only Differences',
    'Collapse All',
  ]);
  await window.viewAction('Server Files', 'Show Only Differences');
  await eventually(async () => assert.ok((await window.viewActions('Server Files')).includes('Show All Files')));
  await window.viewAction('Server Files', 'Show All Files');
  assert.deepEqual(await window.viewMenu('Server Files'), [
    'Sync Now',
    'Preview Sync',
    'Connect',
    'Disconnect',
    'Start Local Server',
    'Test Connection',
    'Open Share as Workspace Folder',
  ]);
});

test('a file and a folder of the Explorer', async () => {
  await explorer.item('notes.txt').row.click({ button: 'right' });
  assert.deepEqual(await itemsOfMenu(window.page, 'Syncline'), [
    'Upload',
    'Download',
    'Compare with Server',
    'Show History',
    'Restore As It Was…',
    'Explain File',
    'Reveal in Server Files',
  ]);
  await explorer.item('docs').row.click({ button: 'right' });
  assert.deepEqual(await itemsOfMenu(window.page, 'Syncline'), [
    'Upload Folder',
    'Download',
    'Restore As It Was…',
    'Explain File',
    'Reveal in Server Files',
  ]);
});

test('the tab of an editor, and what is selected in one', async () => {
  await window.editor.open('notes.txt');
  await window.page.locator('.tabs-container .tab').first().click({ button: 'right' });
  const tab = await itemsOfMenu(window.page);
  assert.deepEqual(
    tab.filter((item) => ['Upload', 'Compare with Server', 'Show History', 'Reveal in Server Files'].includes(item)),
    ['Upload', 'Compare with Server', 'Show History', 'Reveal in Server Files'],
  );
  await window.editor.selectAll();
  await window.page.keyboard.press('Shift+F10');
  assert.deepEqual(await itemsOfMenu(window.page, 'Syncline'), [
    'Sort Values',
    'Sort Values Descending',
    'Sort Values into New Editor',
    'Add Numbers',
    'Submit Job',
  ]);
});

test('a target', async () => {
  await window.showContainer('Syncline');
  const ofTarget = ['Sync Now', 'Preview Sync', 'Verify Workspace'];
  const targets = window.tree('Targets');
  assert.deepEqual(await menuOf(targets, 'app'), [...ofTarget, 'Mark as Production', 'Undo Outside Changes…']);
  await targets.item('app').contextMenu('Mark as Production');
  await eventually(async () =>
    assert.deepEqual(await menuOf(targets, 'app'), [...ofTarget, 'Remove Production Mark', 'Undo Outside Changes…']),
  );
  await targets.item('app').contextMenu('Remove Production Mark');
  await eventually(async () => assert.ok((await menuOf(targets, 'app')).includes('Mark as Production')));
  assert.deepEqual(await window.viewActions('Targets'), ['Sync Now', 'Pause Auto-Sync']);
  assert.deepEqual(await window.viewMenu('Targets'), ['Preview Sync', 'Show Log']);
});

test('the menu of the status bar, paused', async () => {
  await statusMenu.choose('Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  assert.deepEqual(await window.viewActions('Targets'), ['Sync Now', 'Resume Auto-Sync']);
  const syncing = ['Sync Now', 'Preview Sync', 'Resume Auto-Sync'];
  assert.deepEqual(await statusMenu.offers(), ['app', ...syncing, 'Verify Workspace', ...CONNECTION, ...ALWAYS]);
});

test('a conflict', async () => {
  write(folder, 'notes.txt', 'mine\n');
  write(server.files, 'notes.txt', 'theirs\n');
  await statusMenu.choose('Resume Auto-Sync');
  await window.tree('Conflicts').item('notes.txt').waitFor();
  assert.deepEqual((await statusMenu.offers()).slice(0, 3), ['app', 'Resolve 1 Conflict…', 'Sync Now']);
  assert.deepEqual(await menuOf(window.tree('Conflicts'), 'notes.txt'), [
    'Open Differences',
    'Keep Mine',
    'Keep Theirs',
    'Keep Both',
    'Merge',
  ]);
  await window.tree('Conflicts').item('notes.txt').inlineAction('Keep Mine');
  await waitForText(server.files, 'notes.txt', 'mine\n');
});

test('the plan', async () => {
  await window.run('Syncline: Preview Sync');
  await window.tree('Plan').waitFor();
  assert.deepEqual((await window.viewActions('Plan')).slice(0, 3), ['Sync Selected', 'Refresh Plan', 'Close Plan']);
  assert.deepEqual(await window.viewMenu('Plan'), ['Show Plan as Text']);
  await window.viewAction('Plan', 'Close Plan');
});

test('a version', async () => {
  await window.editor.open('notes.txt');
  await window.run('Syncline: Show History');
  await window.tree('History').item('Now').waitFor();
  await window.tree('History').row(1).click({ button: 'right' });
  assert.deepEqual(await itemsOfMenu(window.page), ['Compare with Current', 'Open Version', 'Restore Version']);
  assert.deepEqual(await window.viewActions('History'), ['Show Deleted Files', 'Refresh History']);
});

test('a job, which is also run again with changes', async () => {
  await window.run('Syncline: Submit Job');
  await (await window.input('Which operation?')).pick('add');
  await (await window.input('Values, separated by blanks or commas')).accept('1 2');
  await (await window.notifications.find('(add) was submitted')).close();
  await window.showView('Jobs');
  const jobs = window.tree('Jobs');
  await eventually(async () => assert.match((await jobs.lines())[0] ?? '', /^add \[succeeded/));
  assert.deepEqual(await menuOf(jobs, 'add'), [
    'Show Job Result',
    'Run Job Again',
    'Run Job Again with Changes…',
    'Copy Job Id',
    'Forget Job',
  ]);
  assert.deepEqual(await window.viewActions('Jobs'), ['Submit Job', 'Look Up Job', 'Refresh Jobs']);
  await jobs.item('add').contextMenu('Run Job Again with Changes…');
  await (await window.input('Submit, or choose a parameter')).pick('Values');
  await (await window.input('Values, separated by blanks or commas')).accept('40 2');
  await (await window.input('Submit, or choose a parameter')).pick('Submit');
  await (await window.notifications.find('(add) was submitted')).click('Show Result');
  await window.editor.waitForText('42');
  assert.equal((await jobs.lines()).length, 2);
  await jobs.row(0).click();
  await window.page.keyboard.press('Delete');
  await eventually(async () => assert.equal((await jobs.lines()).length, 1));
});

test('a job that runs can be cancelled', async () => {
  const lines = Array.from({ length: 1_500_000 }, (_, at) => `line ${(at * 7_919) % 1_500_007}\n`);
  write(server.files, 'big.txt', lines.join(''));
  await window.showContainer('Explorer');
  await serverFiles.item('big.txt').contextMenu('Sort Lines…');
  await (await window.input('Submit, or choose a parameter')).pick('Submit');
  await window.showContainer('Syncline');
  await window.showView('Jobs');
  const jobs = window.tree('Jobs');
  await jobs.item('sort-file').waitFor();
  assert.deepEqual(await menuOf(jobs, 'sort-file'), ['Show Job Result', 'Cancel Job', 'Copy Job Id']);
  await jobs.item('sort-file').contextMenu('Cancel Job');
  await eventually(async () => assert.match((await jobs.lines())[0] ?? '', /^sort-file \[cancelled/));
});

test('a server of several', async () => {
  await window.run('Syncline: Connect');
  await (await window.input('Where to?')).pick('Enter an address…');
  const address = await window.input('ws://HOST:PORT/SHARE');
  await address.titleButton('Mark as Production');
  await eventually(async () => assert.equal(await address.title(), 'Syncline: Connect · PRODUCTION'));
  await address.accept(`${server.address}/docs`);
  await window.showContainer('Explorer');
  await serverFiles.item('files').waitFor();
  // a place that holds what is production is marked with it
  assert.ok((await menuOf(serverFiles, 'files')).includes('Remove Production Mark'));
  await serverFiles.item('files').contextMenu('Remove Production Mark');
  await eventually(async () => assert.ok((await menuOf(serverFiles, 'files')).includes('Mark as Production')));
  assert.deepEqual(await menuOf(serverFiles, 'files'), [
    'Upload',
    'Upload Folder',
    'New Folder',
    'Restore Version',
    'Restore As It Was…',
    'Show Deleted Files',
    'Disconnect',
    'Test Connection',
    'Mark as Production',
    'Open Share as Workspace Folder',
  ]);
});

test('a server becomes a folder of the workspace', async () => {
  await serverFiles.item('files').contextMenu('Open Share as Workspace Folder');
  await eventually(async () => {
    await window.waitForFolders();
    assert.ok((await explorer.lines()).some((line) => line.startsWith('files')));
  }, 90_000);
});
