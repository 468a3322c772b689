import * as vscode from 'vscode';
import { localFolders } from '../files/localFolders.ts';
import { readTargets, type TargetSettings, type TargetSource } from './targetSettings.ts';

/** `syncline.targets` of all levels. In Restricted Mode only the person's own settings count. */
export function readTargetSettings(): TargetSettings {
  const folders = localFolders();
  const local = folders.map(({ name, uri }) => ({ name, path: uri.fsPath }));
  const top = vscode.workspace.getConfiguration('syncline').inspect<unknown>('targets');
  const sources: TargetSource[] = [{ level: 'user', value: top?.globalValue }];
  if (vscode.workspace.isTrusted) {
    sources.push({ level: 'workspace', value: top?.workspaceValue });
    // In a window with one folder its settings are the workspace's, and the folder's are the same once more.
    if (vscode.workspace.workspaceFile)
      folders.forEach(({ uri }, at) => {
        const value = vscode.workspace
          .getConfiguration('syncline', uri)
          .inspect<unknown>('targets')?.workspaceFolderValue;
        const folder = local[at];
        if (folder) sources.push({ level: 'folder', folder, value });
      });
  }
  return readTargets(sources, local);
}
