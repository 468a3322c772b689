// What no other suite comes past: the smaller commands of each view, and the setting that switches automatic sync off.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { JobRow } from '../../../extension/vscode/jobs/jobsTree.ts';
import type { PlanStep } from '../../../extension/vscode/plan/planTree.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { activate, leave, local, row, run, startServer, treeLines, workspaceFolder } from './editor.ts';
import { read, waitForText, write } from './files.ts';
import { inSync, pair, unpair } from './pairing.ts';
import type { TestServer } from './server.ts';

/** One more than the views read at once. */
const VERSIONS = 202;
const JOBS = 101;

suite('The smaller commands', () => {
  let api: SynclineApi;
  let server: TestServer;
  const clipboard = () => vscode.env.clipboard.readText();
  const shownText = () => vscode.window.activeTextEditor?.document.getText() ?? '';

  before(async () => {
    api = await activate();
    server = await startServer();
    write(server.files, 'docs/guide.md', '# Guide\n');
    await pair(api, server);
  });
  after(() => leave(server, unpair));

  test('Server Files are read anew when asked to', async () => {
    await eventually(async () => assert.ok((await treeLines(api)).includes('docs/')));
    const told = new Promise<void>((resolve) => {
      const listening = api.serverFiles.onDidChangeTreeData?.(() => {
        listening?.dispose();
        resolve();
      });
    });
    await run('refreshServerFiles');
    await told;
    assert.deepEqual((await treeLines(api, 'docs')).slice(-2), ['docs/', '  guide.md']);
  });

  test('the address and the path of a row are copied', async () => {
    const guide = await row(api, 'docs/guide.md');
    await run('copyServerPath', guide);
    assert.equal(await clipboard(), `${server.address}/docs/guide.md`);
    await run('copyRelativePath', guide);
    assert.equal(await clipboard(), 'docs/guide.md');
  });

  test('a plan is shown as text, follows what happened since, shows a step, and is closed', async () => {
    await run('pauseAutoSync');
    write(workspaceFolder().uri.fsPath, 'docs/guide.md', '# Guide, second edition\n');
    await run('previewSync');
    await run('showPlanText');
    await eventually(() => assert.match(shownText(), /To the server \(1\)\n {2}change {4}docs\/guide\.md/));
    write(workspaceFolder().uri.fsPath, 'new.txt', 'new');
    await run('refreshPlan');
    await run('showPlanText');
    await eventually(() => assert.match(shownText(), /To the server \(2\)[^]*add {7}new\.txt/));
    const [group] = (await api.plan.getChildren()) ?? [];
    const steps = (await api.plan.getChildren(group)) ?? [];
    await run(
      'openPlanStep',
      steps.find((step) => (step as PlanStep).step?.operation.kind === 'put'),
    );
    await eventually(() =>
      assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'guide.md (server ↔ here)'),
    );
    await run('closePlan');
    assert.deepEqual(await api.plan.getChildren(), []);
    await run('resumeAutoSync');
    await waitForText(server.files, 'new.txt', 'new');
  });

  test('with automatic sync off nothing moves until it is asked for', async () => {
    const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
    await settings.update('autoSync', false, vscode.ConfigurationTarget.Workspace);
    await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'manual'));
    write(workspaceFolder().uri.fsPath, 'by-hand.txt', 'now');
    await run('previewSync');
    assert.equal(existsSync(join(server.files, 'by-hand.txt')), false);
    await run('closePlan');
    await run('syncNow');
    assert.equal(read(server.files, 'by-hand.txt'), 'now');
    await settings.update('autoSync', undefined, vscode.ConfigurationTarget.Workspace);
    await inSync(api);
    write(server.files, 'back.txt', 'by itself');
    await waitForText(local('.'), 'back.txt', 'by itself');
  });

  test('more versions of a file are read when asked for', async () => {
    const uri = vscode.Uri.parse(`syncline://${new URL(server.url).host}/files/busy.txt`);
    for (let at = 0; at < VERSIONS; at++) await vscode.workspace.fs.writeFile(uri, Buffer.from(String(at)));
    await run('showHistory', 'busy.txt');
    const kinds = async () => ((await api.history.getChildren()) ?? []).map(({ kind }) => kind);
    await eventually(async () => assert.equal((await kinds()).at(-1), 'moreVersions'));
    const before = (await kinds()).length;
    await run('loadMoreVersions');
    await eventually(async () => {
      const now = await kinds();
      assert.ok(now.at(-1) !== 'moreVersions' && now.length >= before, now.slice(-2).join());
    });
  });

  test('the id of a job is copied, older jobs are read when asked for, and all are read anew', async () => {
    for (let at = 0; at < JOBS; at++) await run('submitJob', 'add', { values: [at] });
    await run('refreshJobs');
    const rows = async () => (await api.jobs.getChildren()) ?? [];
    const [first] = (await rows()).filter((each): each is JobRow => each.kind === 'job');
    assert.equal(await run('copyJobId', first), first?.job.id);
    assert.equal(await clipboard(), first?.job.id);
    const more = (await rows()).at(-1);
    assert.equal(more?.kind, 'moreJobs');
    await run('loadMoreJobs', more);
    const all = await rows();
    assert.deepEqual([all.filter(({ kind }) => kind === 'job').length, all.at(-1)?.kind], [JOBS, 'job']);
  });
});
