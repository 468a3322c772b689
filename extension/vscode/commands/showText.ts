import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Messenger } from '../messages/messenger.ts';

/** Longest text that is shown in a notification. */
const SHORT = 120;

/** A result: short ones in a message that can be copied from, long ones in an editor. */
export async function showText(messenger: Messenger, title: string, text: string): Promise<void> {
  const copy = { label: l10n.t('Copy'), run: () => void vscode.env.clipboard.writeText(text) };
  if (text.length <= SHORT && !text.includes('\n')) return messenger.inform(`${title}: ${text}`, copy);
  await showDocument(title, text);
}

/** Text to read, in an editor that nobody has to save. */
export async function showDocument(title: string, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(textUri(title, text));
  await vscode.window.showTextDocument(document, { preview: true });
}

const SCHEME = 'syncline-text';

/** The text is part of its address, so it is there again after a reload of the window. */
const textUri = (title: string, text: string): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '∕')}`, query: text });

export const registerTexts = (): vscode.Disposable =>
  vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: ({ query }) => query });
