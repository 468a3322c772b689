// What suites ask of the editor and of the extension in it.
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../support/eventually.ts';
import type { SynclineApi } from '../../../extension/vscode/api.ts';
import type { Row } from '../../../extension/vscode/files/rows.ts';
import { environment } from '../support/extensionHost/environment.ts';
import { TestServer } from './server.ts';

export const startServer = (): Promise<TestServer> => TestServer.start(environment.node, environment.root);

/** The extension at work, connected to a server of its own; {@link leave} is its end. */
export async function connected(): Promise<{ readonly api: SynclineApi; readonly server: TestServer }> {
  const api = await activate();
  const server = await startServer();
  await api.connect(server.address, server.token);
  return { api, server };
}

/** The end of a suite with a server: `apart` takes away what holds the window and the server together. */
export async function leave(server: TestServer, apart: () => Promise<unknown>): Promise<void> {
  await closeEditors();
  await apart();
  await server.remove();
}

export async function activate(): Promise<SynclineApi> {
  const extension = vscode.extensions.getExtension<SynclineApi>('syncline.syncline');
  if (!extension) throw new Error('The extension is not there');
  return extension.activate();
}

/** Runs a command of Syncline; a command that fails tells the person and returns undefined. */
export async function run<T = unknown>(name: string, ...args: unknown[]): Promise<T> {
  return vscode.commands.executeCommand<T>(`syncline.${name}`, ...args);
}

export function workspaceFolder(): vscode.WorkspaceFolder {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error('No folder is open');
  return folder;
}

export const local = (path: string): string => join(workspaceFolder().uri.fsPath, path);
export const localUri = (path: string): vscode.Uri => vscode.Uri.file(local(path));

/** Opens a file, replaces its text by typing, and saves it as a person does. */
export async function edit(path: string, text: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(localUri(path));
  const editor = await vscode.window.showTextDocument(document);
  const all = new vscode.Range(new vscode.Position(0, 0), document.lineAt(document.lineCount - 1).range.end);
  await editor.edit((change) => change.replace(all, text));
  if (!(await document.save())) throw new Error(`${path} was not saved`);
  return document;
}

/** The Server Files tree as text, one line per row, folders that are named opened: `docs/`, `  a.md`. */
export async function treeLines(api: SynclineApi, ...opened: string[]): Promise<string[]> {
  const below = async (row: Row | undefined, depth: number): Promise<string[]> => {
    const lines: string[] = [];
    for (const child of (await api.serverFiles.getChildren(row)) ?? []) {
      const item = await api.serverFiles.getTreeItem(child);
      const label = typeof item.label === 'string' ? item.label : (item.label?.label ?? '');
      const folder = item.collapsibleState !== vscode.TreeItemCollapsibleState.None;
      lines.push(`${'  '.repeat(depth)}${label}${folder ? '/' : ''}`);
      if (folder && opened.includes(label)) lines.push(...(await below(child, depth + 1)));
    }
    return lines;
  };
  return below(undefined, 0);
}

/** The row of a path in the tree, as a menu would hand it to a command. The tree shows what it knows until a fresh look has ended. */
export async function row(api: SynclineApi, path: string): Promise<Row> {
  return eventually(() => rowNow(api, path));
}

async function rowNow(api: SynclineApi, path: string): Promise<Row> {
  let at: Row | undefined;
  for (const name of path.split('/')) {
    const children: readonly Row[] = (await api.serverFiles.getChildren(at)) ?? [];
    at = children.find((child) => child.kind === 'entry' && child.row.path.split('/').at(-1) === name);
    if (!at) throw new Error(`The tree has no ${path}`);
  }
  if (!at) throw new Error('The tree has no root row');
  return at;
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
