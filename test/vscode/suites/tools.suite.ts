import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { TOOL_NAMES } from '../../../extension/vscode/tools/tool.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, run, startServer, treeLines, workspaceFolder } from './editor.ts';
import { read, waitForText, write } from './files.ts';
import { pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

suite('Tools for language models', () => {
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'docs/a.md', '# one\n');
    await api.connect(server.address, server.token);
    await eventually(async () => assert.deepEqual(await treeLines(api), ['docs/']));
  });
  after(async () => {
    await run('disconnect');
    await server.remove();
  });

  async function call(name: string, input: object): Promise<string> {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  }

  test('all of them are there', async () => {
    await eventually(() => {
      const known = new Set(vscode.lm.tools.map(({ name }) => name));
      assert.deepEqual(
        TOOL_NAMES.filter((name) => !known.has(name)),
        [],
      );
    });
  });

  test('look at the server', async () => {
    assert.match(await call('syncline_list_files', { path: 'docs' }), /a\.md \(6 bytes\)/);
    assert.equal(await call('syncline_read_file', { path: 'docs/a.md' }), '# one\n');
    await assert.rejects(call('syncline_read_file', { path: '../../etc/passwd' }));
  });

  // without a chat a window in tests says yes to the editor's own question; what is asked is tested without a window
  test('restore and run what a person agreed to', async () => {
    const uri = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/docs/a.md`);
    await vscode.workspace.fs.writeFile(uri, Buffer.from('# two\n'));
    const [version] = await run<{ rev: number }[]>('showHistory', 'docs/a.md');
    await call('syncline_restore', { path: 'docs/a.md', asOf: `${(version?.rev ?? 0) - 1}` });
    assert.equal(read(server.files, 'docs/a.md'), '# one\n');
    assert.match(await call('syncline_list_versions', { path: 'docs/a.md' }), /docs\/a\.md/);
    assert.match(await call('syncline_run_job', { operation: 'add', params: { values: ['40', '2'] } }), /42/);
  });

  test('write to production only when a person agrees to that as well', async () => {
    await run('markProduction', server.address);
    const [version] = await run<{ rev: number }[]>('showHistory', 'docs/a.md');
    await assert.rejects(call('syncline_restore', { path: 'docs/a.md', asOf: `${(version?.rev ?? 0) - 1}` }));
    assert.equal(read(server.files, 'docs/a.md'), '# one\n');
    await run('unmarkProduction', server.address);
  });

  test('compare a synced folder with its server', async () => {
    await pair(api, server);
    await waitForText(workspaceFolder().uri.fsPath, 'docs/a.md', '# one\n');
    assert.match(await call('syncline_compare', {}), /agree/);
    await run('pauseAutoSync');
    write(workspaceFolder().uri.fsPath, 'docs/a.md', '# here\n');
    write(server.files, 'there.txt', 'x');
    await eventually(async () => assert.match(await call('syncline_compare', {}), /there\.txt: only on the server/));
    assert.match(await call('syncline_compare', { path: 'docs/a.md' }), /-# one\n\+# here/);
    await run('resumeAutoSync');
    await waitForText(server.files, 'docs/a.md', '# here\n');
    await unpair();
  });
});
