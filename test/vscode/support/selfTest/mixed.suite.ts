// Passes and fails in each way that the runner knows. What comes of it is asserted in harness.test.ts.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { after, afterEach, before, beforeEach, suite, test } from '../extensionHost/suite.ts';

suite('the extension host', () => {
  const order: string[] = [];
  before(() => order.push('before'));
  beforeEach(() => order.push('each'));
  afterEach(() => order.push('afterEach'));
  after(() => assert.deepEqual(order.slice(0, 5), ['before', 'each', 'first', 'cleanup', 'afterEach']));

  test('runs hooks and cleanups around each test', (t) => {
    t.after(() => order.push('cleanup'));
    order.push('first');
  });

  test('has the extension under test', async () => {
    const extension = vscode.extensions.getExtension('syncline.harness-sample');
    const api = (await extension?.activate()) as { readonly fruits: Map<string, string[]> } | undefined;
    assert.deepEqual(api?.fruits.get('Baskets'), ['apple', 'pear']);
  });

  test('saves a document only when told to', async () => {
    const file = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'a.txt');
    writeFileSync(file, 'one\n');
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'zero\n'));
    assert.equal(readFileSync(file, 'utf8'), 'one\n');
    assert.equal(await document.save(), true);
    assert.equal(readFileSync(file, 'utf8'), 'zero\none\n');
  });

  test('sees what another program changes', async (t) => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '**/*.txt'));
    t.after(() => watcher.dispose());
    let seen = false;
    watcher.onDidCreate(() => (seen = true));
    // nothing tells when a watcher has begun to watch, so files are made until it notices one
    let made = 0;
    await eventually(() => {
      if (!seen) writeFileSync(join(folder, `made-${made++}.txt`), 'x');
      return seen;
    });
  });
});

suite('failures', () => {
  test('a wrong assertion', () => assert.equal(1, 2));
  test('a test that hangs', () => new Promise(() => undefined), { timeout: 50 });
  test('a cleanup that throws', (t) => t.after(() => assert.fail('cleanup')));

  suite('in a hook', () => {
    before(() => assert.fail('hook'));
    test('leave out the tests behind it', () => undefined);
  });
});
