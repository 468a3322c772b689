import * as vscode from 'vscode';
import type { TargetHub } from '../targets/targetHub.ts';

/**
 * What a person does to files in the editor: it is theirs, and no change from outside. Noted before it happens, for a watcher
 * may see it before the editor tells that it is done.
 */
export function followOwnChanges(targets: TargetHub): vscode.Disposable[] {
  const own = (uris: readonly vscode.Uri[]): void => {
    for (const { scheme, fsPath } of uris) if (scheme === 'file') targets.ofFile(fsPath)?.outside?.ownChange(fsPath);
  };
  return [
    vscode.workspace.onWillSaveTextDocument(({ document }) => own([document.uri])),
    vscode.workspace.onWillCreateFiles(({ files }) => own(files)),
    vscode.workspace.onWillDeleteFiles(({ files }) => own(files)),
    vscode.workspace.onWillRenameFiles(({ files }) => own(files.flatMap(({ oldUri, newUri }) => [oldUri, newUri]))),
  ];
}
