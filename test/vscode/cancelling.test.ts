// What a person meets who loses patience: Cancel in the notification of a long transfer or sync, and a reload of the window.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { FaultProxy } from '../support/network/faultProxy.ts';
import { write } from './suites/files.ts';
import type { TestServer } from './suites/server.ts';
import { eventually } from './support/eventually.ts';
import type { CodeWindow } from './support/window/codeWindow.ts';
import { screensOf } from './support/window/screens.ts';
import { Stage } from './support/window/stage.ts';

/** So large and so slow that a transfer would take 40 seconds. */
const BYTES = 80 * 1024 * 1024;
const BYTES_PER_SECOND = 2 * 1024 * 1024;
/** So many more that it is worth counting them. */
const FILES = 300;

const stage = new Stage('cancelling');
const { artifacts } = stage;
const screen = screensOf(artifacts);
let window: CodeWindow;
let server: TestServer;
let proxy: FaultProxy;
let folder: string;

before(async () => {
  folder = stage.root;
  writeFileSync(join(folder, 'large.bin'), randomBytes(BYTES));
  write(folder, 'huge.bin', 'what was here before');
  server = await stage.serve();
  writeFileSync(join(server.files, 'huge.bin'), randomBytes(BYTES));
  proxy = await FaultProxy.start(stage, server.url);
  proxy.set({ bytesPerSecond: BYTES_PER_SECOND });
  const code = await stage.startCode();
  window = await code.open(folder);
});

test('a cancelled upload stops the traffic, leaves nothing half written, and says so', async () => {
  await window.run('Syncline: Connect');
  await (await window.input('ws://HOST:PORT/SHARE')).accept(`${proxy.url}/files`);
  await (await window.input('Token for')).accept(server.token);
  await window.showContainer('Explorer');
  await window.showView('Server Files');
  await window.tree('Server Files').item('huge.bin').waitFor();
  await window.tree('Files Explorer').item('large.bin').contextMenu('Syncline', 'Upload');
  await cancelOnTheWay('Uploading “large.bin”');
  const told = await window.notifications.find('Upload of “large.bin” cancelled');
  assert.match(await told.message(), /Every file on the server is whole/);
  await window.screenshot(join(artifacts, 'screens', 'upload-cancelled.png'));
  assert.deepEqual(visible(server.files), ['huge.bin']);
  await told.close();
});

test('a cancelled download leaves what is here as it was', async () => {
  await window.tree('Server Files').item('huge.bin').contextMenu('Download');
  await (await window.input('Download “huge.bin” to')).accept(join(folder, 'huge.bin'));
  await (await window.input('already exists')).accept();
  await window.dialog.waitFor('differs from what the server has');
  await window.dialog.click('Replace');
  await cancelOnTheWay('Downloading “huge.bin”');
  const told = await window.notifications.find('Download of “huge.bin” cancelled');
  assert.match(await told.message(), /Every file here is whole/);
  assert.equal(readFileSync(join(folder, 'huge.bin'), 'utf8'), 'what was here before');
  assert.deepEqual(visible(folder), ['huge.bin', 'large.bin']);
  await told.close();
});

test('a job can be looked up by its id after the window was reloaded', async () => {
  await window.run('Syncline: Submit Job');
  await (await window.input('Which operation?')).pick('sort');
  await (await window.input('Values, separated by blanks or commas')).accept('30 4 100');
  await (await window.input('Submit, or choose a parameter')).pick('Submit');
  const submitted = await (await window.notifications.find('(sort) was submitted')).message();
  const id = /Job (\S+) /.exec(submitted)?.[1] ?? '';
  await window.reload();
  const missing = await window.notifications.find('There is no token');
  await missing.click('Set Token');
  await (await window.input('Token for')).accept(server.token);
  // The palette would take the place of the input box while that is still at its validation.
  await window.tree('Server Files').item('huge.bin').waitFor();
  await window.run('Syncline: Show Job Result');
  await (await window.input('Which job?')).pick(`sort ${id}`);
  await window.editor.waitForText('100');
  assert.equal(await window.editor.text(), '4\n30\n100');
});

test('a first sync says how far it is, and pauses when it is cancelled', async () => {
  for (let at = 0; at < FILES; at++) write(folder, `many/${at}.txt`, `${at}\n`);
  await window.run('Syncline: Sync Folder with Server');
  await (await window.input('Which way do changes travel?')).pick('two-way');
  await (await window.notifications.find('First sync of')).click('Sync');
  const progress = await window.notifications.find(' left');
  assert.match(await progress.message(), /^First sync of .*B of .*B, .*B\/s, .* left/);
  await eventually(async () => assert.match((await window.statusBar.texts()).join(), /: [\d,]+\/[\d,]+/));
  await window.screenshot(screen('busy-dark'));
  await progress.click('Cancel');
  await window.statusBar.waitFor('paused');
  assert.equal(readFileSync(join(folder, 'huge.bin'), 'utf8'), 'what was here before');
  assert.deepEqual(
    visible(server.files).filter((name) => name === 'large.bin'),
    [],
  );
});

/** Presses Cancel once bytes are on their way, and waits until none are. */
async function cancelOnTheWay(title: string): Promise<void> {
  const progress = await window.notifications.find(title);
  const before = passed();
  await eventually(() => assert.ok(passed() > before + BYTES_PER_SECOND));
  await eventually(async () => assert.match(await progress.message(), /B of .*B, .*B\/s, .* left/));
  await window.screenshot(join(artifacts, 'screens', `${title.slice(0, 5)}-progress.png`));
  await progress.click('Cancel');
  let last = { bytes: passed(), at: performance.now() };
  await eventually(() => {
    if (passed() !== last.bytes) last = { bytes: passed(), at: performance.now() };
    assert.ok(performance.now() - last.at > 1000, 'bytes still travel');
  });
  assert.ok(last.bytes - before < BYTES / 2, `${last.bytes - before} bytes passed`);
}

/** Bytes in both directions so far. */
const passed = (): number => proxy.sent + proxy.received;

const visible = (directory: string): string[] => readdirSync(directory).filter((name) => !name.startsWith('.'));
