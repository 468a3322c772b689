import * as vscode from 'vscode';

/** Folders of the workspace that are on disk: a share that is opened as a folder is none that could be synced. */
export const localFolders = (): readonly vscode.WorkspaceFolder[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
