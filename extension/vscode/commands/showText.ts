import * as vscode from 'vscode';
import type { Messenger } from '../messages/messenger.ts';

/** Longest text that is shown in a notification. */
const SHORT = 120;

/** A result: short ones in a message that can be copied from, long ones in an editor. */
export async function showText(messenger: Messenger, title: string, text: string): Promise<void> {
  const copy = { label: 'Copy', run: () => void vscode.env.clipboard.writeText(text) };
  if (text.length <= SHORT && !text.includes('\n')) return messenger.inform(`${title}: ${text}`, copy);
  await showDocument(text);
}

/** Text in an editor of its own; nothing is asked for when it is closed unchanged. */
export async function showDocument(content: string, language = 'plaintext'): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  await vscode.window.showTextDocument(document, { preview: true });
}
