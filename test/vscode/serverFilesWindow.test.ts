// Both sides of a folder as a person sees them: marks, drag and drop, the way from one side to the other, and the plan.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { read, waitForText, waitUntilGone, write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { Stage } from './support/window/stage.ts';
import type { Tree } from './support/window/tree.ts';

const stage = new Stage('serverFiles');
const screen = screensOf(stage.artifacts);
let window: CodeWindow;
let server: TestServer;
let folder: string;
let explorer: Tree;
let serverFiles: Tree;

before(async () => {
  folder = join(stage.root, 'app');
  server = await stage.serve();
  for (const root of [folder, server.files]) {
    write(root, 'notes.txt', 'one\n');
    write(root, 'src/main.ts', 'export const answer = 42;\n');
    write(root, 'docs/guide.md', '# Guide\n');
    write(root, '.gitignore', 'build/\n');
  }
  write(folder, 'build/out.js', 'built');
  window = await stage.openSynced(folder, server);
  explorer = window.tree('Files Explorer');
  serverFiles = window.tree('Server Files');
  await serverFiles.item('notes.txt').waitFor();
});

const badges = (tree: Tree, ...names: string[]) => Promise.all(names.map((name) => tree.item(name).badge()));

const clipboard = () => window.page.evaluate<string>('navigator.clipboard.readText()');

test('what is the same on both sides has no mark', async () => {
  await window.statusBar.waitFor(server.address.replace('ws://', ''));
  await eventually(async () => assert.deepEqual(await badges(explorer, 'notes.txt', 'src', 'build'), ['', '', '']));
});

test('while sync is paused both trees mark what differs and what one side alone has', async () => {
  await window.run('Syncline: Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  write(server.files, 'a.txt', 'only there\n');
  await serverFiles.item('a.txt').waitFor();
  write(folder, 'local.txt', 'only here\n');
  await window.editor.open('local.txt');
  await window.editor.append('more\n');
  await window.editor.save();
  await window.editor.open('notes.txt');
  await window.editor.append('two\n');
  await window.editor.save();
  await eventually(async () => {
    assert.deepEqual(await badges(explorer, 'notes.txt', 'local.txt'), ['≠', '↑']);
    assert.deepEqual(await badges(serverFiles, 'notes.txt', 'a.txt', 'docs'), ['≠', '↓', '']);
  });
  await window.screenshot(screen('marks-dark'));
  await window.useTheme('light');
  await window.resize('narrow');
  await window.screenshot(screen('marks-narrow-light'));
  await window.resize('wide');
  await window.useTheme('dark');
});

test('the tree shows only what differs when asked to, and everything again', async () => {
  await window.viewAction('Server Files', 'Show Only Differences');
  await eventually(async () => assert.deepEqual(await serverFiles.lines(), ['a.txt', 'notes.txt']));
  await window.viewAction('Server Files', 'Show All Files');
  await serverFiles.item('docs').waitFor();
  await window.run('Syncline: Resume Auto-Sync');
  await waitForText(server.files, 'notes.txt', 'one\ntwo\n');
  await eventually(async () => assert.deepEqual(await badges(serverFiles, 'a.txt', 'docs'), ['', '']));
});

test('a file is found on the other side, in both directions', async () => {
  await window.editor.open('guide.md');
  await window.run('Syncline: Reveal in Server Files');
  await serverFiles.item('guide.md').waitFor();
  await serverFiles.item('guide.md').contextMenu('Reveal in Explorer');
  await explorer.item('guide.md').waitFor();
  await serverFiles.item('guide.md').contextMenu('Copy Relative Path');
  await eventually(async () => assert.equal(await clipboard(), 'docs/guide.md'));
  await serverFiles.item('guide.md').select();
  await window.page.keyboard.press('Shift+Alt+C');
  await eventually(async () => assert.equal(await clipboard(), `${server.address}/docs/guide.md`));
  await window.page.keyboard.press('Control+K');
  await window.page.keyboard.press('Control+Shift+C');
  await eventually(async () => assert.equal(await clipboard(), 'docs/guide.md'));
  await serverFiles.item('docs').collapse();
});

test('a file that is dragged onto a folder of the server moves there, after a question', async () => {
  await serverFiles.item('a.txt').dragTo(serverFiles.item('docs'));
  await window.dialog.waitFor('Move “a.txt” into “docs”?');
  await window.dialog.click('Move');
  await waitForText(server.files, 'docs/a.txt', 'only there\n');
  assert.equal(existsSync(join(server.files, 'a.txt')), false);
  await waitForText(folder, 'docs/a.txt', 'only there\n');
});

test('a file that is dragged from the Explorer is uploaded where it is dropped', async () => {
  await explorer.item('local.txt').dragTo(serverFiles.item('src'));
  await waitForText(server.files, 'src/local.txt', 'only here\nmore\n');
  assert.equal(read(folder, 'local.txt'), 'only here\nmore\n');
});

test('F2 renames and Del deletes the rows that are selected', async () => {
  await serverFiles.item('src').expand();
  await serverFiles.item('main.ts').select();
  await window.page.keyboard.press('F2');
  await (await window.input('New name')).accept('index.ts');
  await waitForText(server.files, 'src/index.ts', 'export const answer = 42;\n');
  await serverFiles.item('index.ts').select();
  await window.page.keyboard.press('Delete');
  await (await window.notifications.find('Deleted “index.ts”')).close();
  await waitUntilGone(server.files, 'src/index.ts');
});

test('the plan shows each step with a box, and what is carried out is what was ticked', async () => {
  await window.run('Syncline: Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  write(folder, 'wanted.txt', 'yes');
  write(folder, 'later.txt', 'not yet');
  write(server.files, 'docs/guide.md', '# Guide, second edition\n');
  await window.run('Syncline: Preview Sync');
  const plan = window.tree('Plan');
  await eventually(async () =>
    assert.deepEqual(
      (await plan.lines()).map((line) => line.replace(/ · \d+ B/, '')),
      [
        'To the server [2 steps]',
        '  later.txt [new, 7 B]',
        '  wanted.txt [new, 3 B]',
        'To this folder [1 step]',
        '  guide.md [changed, 24 B · docs]',
      ],
    ),
  );
  await plan.item('later.txt').row.getByRole('checkbox').click();
  await eventually(async () => assert.match((await plan.lines())[0] ?? '', /1 of 2/));
  await plan.item('guide.md').select();
  await window.editor.waitForTab('guide.md (here ↔ server)');
  await window.screenshot(screen('plan-dark'));
  await window.useTheme('light');
  await window.resize('narrow');
  await window.screenshot(screen('plan-narrow-light'));
  await window.resize('wide');
  await window.useTheme('dark');
  await window.viewAction('Plan', 'Sync Selected');
  await waitForText(server.files, 'wanted.txt', 'yes');
  await waitForText(folder, 'docs/guide.md', '# Guide, second edition\n');
  assert.equal(existsSync(join(server.files, 'later.txt')), false);
  await window.statusBar.waitFor('paused');
});

test('a plan that no longer holds is not carried out, and the new one is shown instead', async () => {
  await window.run('Syncline: Preview Sync');
  const plan = window.tree('Plan');
  await plan.item('later.txt').waitFor();
  write(folder, 'newer.txt', 'came meanwhile');
  await window.viewAction('Plan', 'Sync Selected');
  await (await window.notifications.find('something else to do about “newer.txt”. Nothing was done')).close();
  await plan.item('newer.txt').waitFor();
  assert.equal(existsSync(join(server.files, 'later.txt')), false);
  await window.run('Syncline: Resume Auto-Sync');
  await waitForText(server.files, 'later.txt', 'not yet');
  await plan.item('newer.txt').waitUntilGone();
});

test('the History view has the versions of the file in the editor, and puts one back', async () => {
  await window.editor.open('notes.txt');
  await window.run('Syncline: Show History');
  const history = window.tree('History');
  await history.item('Now').waitFor();
  const lines = (await history.lines()).map((line) => line.replace(/^.*\[/, ''));
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', /^4 B · replaced .* by /);
  await history.item('Now').row.press('ArrowDown');
  const version = window.page.getByRole('tree', { name: 'History' }).locator('.monaco-list-row').nth(1);
  await version.click();
  await window.editor.waitForTab('notes.txt (before revision');
  await window.screenshot(screen('history-dark'));
  await window.useTheme('light');
  await window.resize('narrow');
  await window.screenshot(screen('history-narrow-light'));
  await window.resize('wide');
  await window.useTheme('dark');
  await version.hover();
  await version.getByRole('button', { name: 'Restore Version' }).click();
  await waitForText(server.files, 'notes.txt', 'one\n');
  await waitForText(folder, 'notes.txt', 'one\n');
});
