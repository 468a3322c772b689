import * as vscode from 'vscode';
import type { Services } from '../commands/services.ts';
import { SCHEME, serverFileOf } from '../files/fileUri.ts';
import { toServer } from '../files/pairing.ts';
import type { HistorySubject } from './historyModel.ts';
import type { HistoryRow } from './historyTree.ts';

/** While the History view is in sight it is of the file in the editor, or of what was chosen in Server Files last. */
export function followSelection(
  { targets, places, history, serverFilesView }: Services,
  view: vscode.TreeView<HistoryRow>,
): vscode.Disposable[] {
  let wanted: HistorySubject | undefined;
  const follow = (subject: HistorySubject | undefined) => {
    if (!subject) return;
    wanted = subject;
    if (view.visible) void history.show(subject).catch(() => undefined);
  };
  const ofEditor = (uri: vscode.Uri | undefined): HistorySubject | undefined => {
    if (uri?.scheme === SCHEME && uri.query === '') {
      const { url, share, path } = serverFileOf(uri);
      return path && { place: { url, share, label: `${url}/${share}` }, path, isFolder: false };
    }
    const target = uri?.scheme === 'file' ? targets.ofFile(uri.fsPath) : undefined;
    const path = uri && target && toServer({ root: target.folder.path, dir: target.address.dir }, uri.fsPath);
    return target && path ? { place: target.address, path, isFolder: false } : undefined;
  };
  return [
    vscode.window.onDidChangeActiveTextEditor((editor) => follow(ofEditor(editor?.document.uri))),
    serverFilesView.onDidChangeSelection(({ selection: [row] }) => {
      if (row?.kind === 'entry')
        follow({ place: row.place.address, path: row.row.path, isFolder: row.row.entry.kind === 'directory' });
    }),
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) follow(wanted ?? ofEditor(vscode.window.activeTextEditor?.document.uri));
    }),
    places.onDidChangeFolders(() => view.visible && history.refreshSoon()),
  ];
}
