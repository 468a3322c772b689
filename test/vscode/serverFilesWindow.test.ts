// Both sides of a folder as a person sees them: marks, drag and drop, the way from one side to the other.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { read, waitForText, waitUntilGone, write } from './suites/files.ts';
import { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import { cacheFolder, install, repositoryRoot } from './support/installation.ts';
import { Code } from './support/window/code.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import type { Tree } from './support/window/tree.ts';

const artifacts = join(cacheFolder, 'artifacts', 'serverFiles');
const screens =
  process.env['SYNCLINE_SCREENS'] === 'keep' ? join(import.meta.dirname, 'screens') : join(artifacts, 'screens');
const screen = (name: string) => join(screens, `${name}.png`);
let code: Code;
let window: CodeWindow;
let server: TestServer;
let folder: string;
let explorer: Tree;
let serverFiles: Tree;

before(async () => {
  const { node } = install();
  folder = join(mkdtempSync(join(tmpdir(), 'syncline-window-')), 'app');
  server = await TestServer.start(node, repositoryRoot);
  for (const root of [folder, server.files]) {
    write(root, 'notes.txt', 'one\n');
    write(root, 'src/main.ts', 'export const answer = 42;\n');
    write(root, 'docs/guide.md', '# Guide\n');
    write(root, '.gitignore', 'build/\n');
  }
  write(folder, 'build/out.js', 'built');
  write(folder, '.vscode/settings.json', JSON.stringify({ 'syncline.targets': [{ server: server.address }] }));
  code = await Code.start({ extension: repositoryRoot, artifacts });
  window = await code.open(folder, { size: 'wide' });
  explorer = window.tree('Files Explorer');
  serverFiles = window.tree('Server Files');
  await (await window.notifications.find('The workspace’s settings want to sync')).click('Allow');
  await (await window.notifications.find('There is no token')).click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  await waitForText(server.files, '.vscode/settings.json', read(folder, '.vscode/settings.json'));
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await serverFiles.item('notes.txt').waitFor();
});
afterEach((t) => code.keepFailure(t));
after(async () => {
  await code?.stop();
  await server?.remove();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const badges = (tree: Tree, ...names: string[]) => Promise.all(names.map((name) => tree.item(name).badge()));

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
  await eventually(async () =>
    assert.equal(await window.page.evaluate<string>('navigator.clipboard.readText()'), 'docs/guide.md'),
  );
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
