// What the extension costs in its host with a large workspace. The figures are written down for test/bench/editor.ts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { environment } from '../support/extensionHost/environment.ts';
import { run, workspaceFolder } from '../suites/editor.ts';
import { inSync } from '../suites/pairing.ts';
import { TestServer } from '../suites/server.ts';
import { type Blocking, BlockingWatch } from './blocking.ts';

const LONG_MS = 1_500_000;
/** After so long nothing is left of what the first sync needed. */
const STEADY_MS = 20_000;

suite('The editor with a large workspace', () => {
  const figures: Record<string, number | Blocking> = {};
  let api: SynclineApi;
  let server: TestServer;

  before(async () => {
    server = await TestServer.start(environment.node, environment.root, process.env['SYNCLINE_MEASURE_SHARE']);
  });
  after(async () => {
    writeFileSync(process.env['SYNCLINE_MEASURE_FIGURES'] ?? '', JSON.stringify(figures));
    await server.remove();
  });

  async function measure(name: string, work: () => PromiseLike<unknown>): Promise<void> {
    const watch = new BlockingWatch();
    const begun = performance.now();
    await work();
    figures[`${name} ms`] = Math.round(performance.now() - begun);
    figures[`${name} blocking`] = watch.stop();
  }

  const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);

  test('activation', async () => {
    const extension = vscode.extensions.getExtension<SynclineApi>('syncline.syncline');
    assert.ok(extension);
    api = await extension.activate();
    const [activating] = performance.getEntriesByName('syncline/activate');
    figures['activating ms'] = Math.round(activating?.duration ?? Number.NaN);
    // loading was over before anybody could measure it, so it is done once more
    const bundle = join(extension.extensionPath, 'dist', 'extension.cjs');
    const require = createRequire(bundle);
    Reflect.deleteProperty(require.cache, require.resolve(bundle));
    await measure('loading', () => Promise.resolve(require(bundle)));
  });

  test(
    'the first plan',
    async () => {
      const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
      await settings.update('autoSync', false, vscode.ConfigurationTarget.Workspace);
      await api.connect(server.address, server.token);
      await run('syncFolder', workspaceFolder().uri, server.address, 'two-way');
      await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'manual'));
      await measure('first plan', () => run('previewSync'));
      assert.notDeepEqual(await api.plan.getChildren(), []);
      await run('closePlan');
    },
    { timeout: LONG_MS },
  );

  test(
    'the first sync, and automatic sync from then on',
    async () => {
      await measure('first sync', () => run('syncNow', undefined, { confirmed: true }));
      const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
      await measure('watching', async () => {
        await settings.update('autoSync', undefined, vscode.ConfigurationTarget.Workspace);
        await inSync(api, LONG_MS);
      });
    },
    { timeout: LONG_MS },
  );

  test(
    'a quiet while',
    async () => {
      await measure('quiet', () => delay(STEADY_MS));
      const { rss, heapUsed } = process.memoryUsage();
      Object.assign(figures, { 'memory MB': megabytes(rss), 'heap MB': megabytes(heapUsed) });
      // what is kept, without what the engine of JavaScript has not come to clear away yet
      setFlagsFromString('--expose-gc');
      (runInNewContext('gc') as () => void)();
      figures['heap in use MB'] = megabytes(process.memoryUsage().heapUsed);
    },
    { timeout: LONG_MS },
  );
});
