// The workspace's folder and a server's share as a target.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import { eventually } from '../support/eventually.ts';
import { run, workspaceFolder } from './editor.ts';
import type { TestServer } from './server.ts';

/** Connects and lets the workspace's folder sync with the share, as a person would from the palette. */
export async function pair(api: SynclineApi, server: TestServer, mode = 'two-way'): Promise<void> {
  await api.connect(server.address, server.token);
  await run('syncFolder', workspaceFolder().uri, server.address, mode);
  await eventually(() => assert.ok(['asksFirstSync', 'inSync'].includes(api.targets()[0]?.status.kind ?? '')));
  // the folder holds the settings just written, so a share with files in it makes the first sync a question
  if (api.targets()[0]?.status.kind === 'asksFirstSync') await run('syncNow', undefined, { confirmed: true });
  await inSync(api);
}

/** Takes the target away again, and everything that was in the folder. */
export async function unpair(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('syncline', workspaceFolder().uri);
  await settings.update('targets', undefined, vscode.ConfigurationTarget.Workspace);
  await run('disconnect');
  const root = workspaceFolder().uri.fsPath;
  for (const name of readdirSync(root))
    if (name !== '.vscode') rmSync(join(root, name), { recursive: true, force: true });
}

/** Waits until the target says that both sides agree. */
export async function inSync(api: SynclineApi, timeout?: number): Promise<void> {
  await eventually(() => assert.equal(api.targets()[0]?.status.kind, 'inSync'), timeout);
}
