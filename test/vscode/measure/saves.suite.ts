// Where the time of a save goes in the extension host. The figures are written down for test/bench/editor.ts.
// First of all, so that what the extension calls is measured.
import { type Spans, spansSoFar } from '../../bench/spans.ts';
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { AppliedOperation } from '../../../extension/sync/plan.ts';
import { quantile } from '../../bench/figures.ts';
import { environment } from '../support/extensionHost/environment.ts';
import { after, before, suite, test } from '../support/extensionHost/suite.ts';
import { pair } from '../suites/pairing.ts';
import { TestServer } from '../suites/server.ts';
import { activate, workspaceFolder } from '../suites/editor.ts';

const SAVES = Number(process.env['SYNCLINE_MEASURE_SAVES']);
const WARM_UP = 20;
const SIZE = 10_000;
/** Between two saves, milliseconds: a person's do not follow on each other. */
const PAUSE_MS = 100;

/** Milliseconds until a save was acknowledged. */
interface Times {
  readonly sinceWritten: number;
  /** Negative where the watcher saw the file before the editor told of the save. */
  readonly sinceEvent: number;
}

suite('Saves in the editor', () => {
  const spansFile = join(process.env['SYNCLINE_MEASURE_SHARE'] ?? '', '..', 'spans.json');
  let server: TestServer;
  let api: SynclineApi;
  /** When the event of the last save came: this listener stands before the extension's own. */
  let savedAt = 0;
  const listening = vscode.workspace.onDidSaveTextDocument(() => (savedAt = performance.now()));

  before(async () => {
    // the server measures itself, too; the processes that come after it do not
    process.env['NODE_OPTIONS'] = `--import=${join(environment.root, 'test/bench/spans.ts')}`;
    process.env['SYNCLINE_SPANS'] = spansFile;
    server = await TestServer.start(environment.node, environment.root);
    for (const name of ['NODE_OPTIONS', 'SYNCLINE_SPANS']) Reflect.deleteProperty(process.env, name);
    api = await activate();
  });
  after(async () => {
    listening.dispose();
    await server.remove();
  });

  test(
    'from the file on disk, and from the event of its save, to the word of the server that it is durable',
    async () => {
      await pair(api, server);
      const uri = vscode.Uri.joinPath(workspaceFolder().uri, 'saved.txt');
      await vscode.workspace.fs.writeFile(uri, Buffer.alloc(SIZE, 'begin\n'));
      const document = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(document);
      const times: Times[] = [];
      let begun: Spans = spansSoFar();
      for (let n = 0; n < WARM_UP + SAVES; n++) {
        await delay(PAUSE_MS);
        if (n === WARM_UP) begun = spansSoFar();
        const saved = await save(document, n);
        if (n >= WARM_UP) times.push(saved);
      }
      const here = spansSoFar();
      await server.stop();
      const there = JSON.parse(readFileSync(spansFile, 'utf8')) as Spans;
      const [sinceWritten, sinceEvent] = [times.map((each) => each.sinceWritten), times.map((each) => each.sinceEvent)];
      const perSave = (ms: number, saves = SAVES): number => round(ms / saves);
      const all = SAVES + WARM_UP;
      const figures = {
        'written to acknowledged, p50 ms': round(quantile(sinceWritten, 0.5)),
        'written to acknowledged, p99 ms': round(quantile(sinceWritten, 0.99)),
        'written to acknowledged, mean ms': round(sinceWritten.reduce((sum, ms) => sum + ms, 0) / SAVES),
        'event of the save to acknowledged, p50 ms': round(quantile(sinceEvent, 0.5)),
        'acknowledged before the event': sinceEvent.filter((ms) => ms < 0).length,
        'here, read and look ms': perSave(here.files - begun.files),
        'here, hash ms': perSave(here.hash - begun.hash),
        'here, base and journal ms': perSave(here.index - begun.index),
        'server, fsync ms': perSave(there.fsync, all),
        'server, index ms': perSave(there.index, all),
        'server, other calls of the file system ms': perSave(there.files, all),
        'server, hash ms': perSave(there.hash, all),
      };
      writeFileSync(process.env['SYNCLINE_MEASURE_FIGURES'] ?? '', JSON.stringify(figures));
    },
    { timeout: 600_000 },
  );

  async function save(document: vscode.TextDocument, n: number): Promise<Times> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), `${n} `);
    assert.ok(await vscode.workspace.applyEdit(edit));
    const acknowledged = Promise.withResolvers<number>();
    const listener = (applied: unknown): void => {
      const { side, operation } = applied as AppliedOperation;
      if (side === 'remote' && operation.kind === 'put') acknowledged.resolve(performance.now());
    };
    subscribe('syncline.applied', listener);
    try {
      assert.ok(await document.save());
      const at = await acknowledged.promise;
      const { mtimeNs } = statSync(document.uri.fsPath, { bigint: true });
      return { sinceWritten: performance.timeOrigin + at - Number(mtimeNs) / 1e6, sinceEvent: at - savedAt };
    } finally {
      unsubscribe('syncline.applied', listener);
    }
  }
});

const round = (ms: number): number => Math.round(ms * 100) / 100;
