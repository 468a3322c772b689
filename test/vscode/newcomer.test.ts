// The newcomer's story: someone who has read nothing installs the packed extension, starts a server, sees what a first sync
// would do, agrees, and later decides a conflict. Its pictures go where `screensOf` says; those of README are made of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, test } from 'node:test';
import { read, waitForText, write } from './suites/files.ts';
import { eventually } from './support/eventually.ts';
import { install, repositoryRoot } from './support/installation.ts';
import { packExtension } from './support/packExtension.ts';
import type { Code } from './support/window/code.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { Stage } from './support/window/stage.ts';

const MOST_BYTES = 1_500_000;

const stage = new Stage('newcomer');
const screen = screensOf(stage.artifacts);
const { root } = stage;
let folder: string;
/** What the server on this machine serves: somebody has worked there before. */
let served: string;
let packed: string;
let said: string;
let node: string;
let code: Code;
let window: CodeWindow;

const PRICE = [
  'export function price(net: number): number {',
  '  const tax = 0.19;',
  '  return net * (1 + tax);',
  '}',
  '',
];
const priceWith = (tax: string) => PRICE.join('\n').replace('0.19', tax);

before(async () => {
  ({ node } = install());
  folder = join(root, 'shop');
  served = join(root, 'served');
  for (const side of [folder, served]) write(side, 'README.md', '# Shop\n');
  write(folder, 'src/cart.ts', 'export const cart: string[] = [];\n');
  write(folder, 'src/price.ts', priceWith('0.19'));
  write(served, 'docs/deploy.md', '# How to deploy\n');
  write(served, 'public/index.html', '<title>Shop</title>\n');
  packed = join(root, 'syncline.vsix');
  said = packExtension(packed);
  const settings = {
    'syncline.localServer.directory': served,
    'syncline.localServer.port': 0,
    // what is typed is what is saved
    'editor.autoIndent': 'none',
    'editor.autoClosingBrackets': 'never',
  };
  code = await stage.startCode({ extension: packed, settings });
  window = await code.open(folder);
});
// each chapter begins where the one before it ended
let stoppedAt: string | undefined;
beforeEach(() => assert.equal(stoppedAt, undefined, 'an earlier chapter failed'));
afterEach((t) => {
  // Node's types do not know this property of its test context yet.
  if ((t as { readonly passed?: boolean }).passed === false) stoppedAt ??= t.name;
});

test('the package is small, and nothing about it is warned of', () => {
  assert.doesNotMatch(said, /warn/i);
  assert.ok(statSync(packed).size < MOST_BYTES, `${statSync(packed).size} bytes`);
});

test('after the installation the Explorer says what can be done', async () => {
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await window.page.getByRole('button', { name: 'Start Local Server' }).first().waitFor();
  await window.screenshot(screen('story-1-installed'));
});

test('a walkthrough leads to a server on this machine, without an address or a token', async () => {
  await window.page.locator('.welcome-view').getByText('Get Started').click();
  await window.page.getByText('Keep a folder in sync').first().waitFor();
  await window.screenshot(screen('story-2-walkthrough'));
  const walkthrough = window.page.locator('.gettingStartedContainer');
  await walkthrough.getByRole('button', { name: 'Start Local Server' }).first().click();
  await window.tree('Server Files').item('docs').waitFor();
  assert.deepEqual(await window.tree('Server Files').lines(), ['docs', 'public', 'README.md']);
  assert.equal(existsSync(join(folder, 'docs')), false);
});

test('the plan of the first sync is shown before anything is changed', async () => {
  const connected = await window.notifications.find('Connected to ws://127.0.0.1');
  await window.screenshot(screen('story-3-connected'));
  await connected.click('Sync “shop”');
  await (await window.input('Which way do changes travel?')).pick('two-way');
  const question = await window.notifications.find('First sync of “shop”');
  await question.click('Show Plan');
  const plan = window.tree('Plan');
  await plan.item('price.ts').waitFor();
  await window.run('View: Close All Editors');
  await eventually(async () => assert.equal((await plan.lines()).length, 7));
  assert.deepEqual(
    (await plan.lines()).map((line) => line.replace(/ \[.*/, '')),
    ['To the server', '  settings.json', '  cart.ts', '  price.ts', 'To this folder', '  deploy.md', '  index.html'],
  );
  await window.screenshot(screen('story-4-plan'));
  assert.deepEqual([existsSync(join(folder, 'docs')), existsSync(join(served, 'src'))], [false, false]);
});

test('what was agreed to is carried out, and both sides are in sync', async () => {
  await window.viewAction('Plan', 'Sync Selected');
  await waitForText(folder, 'docs/deploy.md', '# How to deploy\n');
  await waitForText(served, 'src/price.ts', priceWith('0.19'));
  await eventually(async () => assert.match((await window.tree('Targets').lines())[0] ?? '', /in sync/));
  await eventually(async () => assert.deepEqual(await window.notifications.messages(), []));
  await window.screenshot(screen('story-5-in-sync'));
});

test('a save is on the server, and an edit of somebody else arrives in the open editor', async () => {
  await window.showContainer('Explorer');
  await window.editor.open('cart.ts');
  await window.editor.append('export const empty = () => cart.length === 0;\n');
  await window.editor.save();
  await eventually(() => assert.match(read(served, 'src/cart.ts'), /empty = /));
  otherClient('put', source('export const cart: string[] = []; // from the other desk\n'), 'src/cart.ts');
  await window.editor.waitForText('from the other desk');
  await window.screenshot(screen('story-6-arrived'));
});

test('what another client changed as well becomes a conflict, and nothing of it is lost', async () => {
  await window.run('Syncline: Pause Auto-Sync');
  await window.statusBar.waitFor('paused');
  await window.editor.open('price.ts');
  await window.editor.waitForText('0.19');
  await window.editor.selectAll();
  await window.page.keyboard.insertText(priceWith('0.07'));
  await window.editor.save();
  otherClient('put', source(priceWith('0.21')), 'src/price.ts');
  await window.run('Syncline: Resume Auto-Sync');
  await window.statusBar.waitFor('1 conflict');
  await window.showContainer('Syncline');
  const conflicts = window.tree('Conflicts');
  await conflicts.item('price.ts').select();
  await window.editor.waitForTab('price.ts (theirs ↔ mine)');
  await window.editor.waitForText('0.07');
  await window.screenshot(screen('story-7-conflict'));
  assert.equal(read(served, 'src/price.ts'), priceWith('0.21'));
});

test('the conflict is decided in its view, and both sides agree again', async () => {
  const conflicts = window.tree('Conflicts');
  await conflicts.item('price.ts').inlineAction('Keep Mine');
  await waitForText(served, 'src/price.ts', priceWith('0.07'));
  await conflicts.item('price.ts').waitUntilGone();
  await eventually(async () => assert.match((await window.tree('Targets').lines())[0] ?? '', /in sync/));
  await window.screenshot(screen('story-8-resolved'));
});

test('what lost is in the history', async () => {
  await window.run('View: Close All Editors');
  await window.editor.open('price.ts');
  await window.run('Syncline: Show History');
  const history = window.page.getByRole('tree', { name: 'History' }).locator('.monaco-list-row');
  await history.nth(1).click();
  await window.editor.waitForTab('price.ts (before revision');
  await window.editor.waitForText('0.07');
  await window.screenshot(screen('story-9-history'));
});

/** A file for the other client to send. */
function source(text: string): string {
  write(root, 'other/source', text);
  return join(root, 'other/source');
}

/** The command line as somebody at another desk uses it. */
function otherClient(...args: string[]): void {
  const program = join(repositoryRoot, 'dist/cli.cjs');
  const token = join(code.storageOf('syncline.syncline'), 'server/token');
  const { status, stderr } = spawnSync(node, [program, ...args, '--server', address(), '--token-file', token], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

const address = (): string => {
  const found = /"server": "(ws:[^"]+)"/.exec(read(folder, '.vscode/settings.json'));
  return found?.[1] ?? '';
};
