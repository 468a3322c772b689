import * as vscode from 'vscode';

const EMPTY_SCHEME = 'syncline-empty';

/** Stands in a diff for the side that has nothing. */
export const EMPTY_DOCUMENT = vscode.Uri.from({ scheme: EMPTY_SCHEME, path: '/nothing here' });

export const registerEmptyDocument = (): vscode.Disposable =>
  vscode.workspace.registerTextDocumentContentProvider(EMPTY_SCHEME, { provideTextDocumentContent: () => '' });
