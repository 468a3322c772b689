import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { FileEntry } from '../../../server/protocol/entry.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';

export interface MergeView {
  readonly path: WirePath;
  /** What both sides started from, and what the server has; read-only. */
  readonly base: vscode.Uri;
  readonly theirs: vscode.Uri;
  /** The file here, which the result is saved to. */
  readonly local: vscode.Uri;
  readonly mine: FileEntry;
  /** Keeps a copy of mine that stays as it is while the result is worked on. */
  readonly folder: string;
}

const OPEN = '_open.mergeEditor';
/** Begins with what merges by itself, instead of with mine as it is. */
const RESET = 'mergeEditor.resetResultToBaseAndAutoMerge';
/** How often, and how long, it is looked whether the editor is there, milliseconds. */
const AGAIN_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Opens the editor's own three-way merge editor on a conflict; false where there is none (other editors, old versions).
 * `onMerged` is called when its tab is closed and the file here no longer holds what it held.
 */
export async function openMergeEditor(view: MergeView, onMerged: () => void): Promise<boolean> {
  // commands of the editor itself begin with an underscore, and are only listed when asked for
  if (!(await vscode.commands.getCommands(false)).includes(OPEN)) return false;
  const document = await vscode.workspace.openTextDocument(view.local);
  const before = document.getText();
  await vscode.commands.executeCommand(OPEN, {
    base: view.base,
    input1: { uri: view.theirs, title: l10n.t('Theirs'), description: l10n.t('on the server') },
    input2: { uri: copyOfMine(view, before), title: l10n.t('Mine'), description: l10n.t('here') },
    output: view.local,
  });
  const tab = await begun(document, before);
  if (!tab) return true;
  const listening = vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
    if (!closed.some(({ label }) => label === tab.label)) return;
    listening.dispose();
    void vscode.workspace.fs.readFile(view.local).then((bytes) => {
      if (Buffer.from(bytes).toString() !== before) onMerged();
    });
  });
  return true;
}

/** The editor opens in its own time, and nothing tells when it is there: then the result is no longer mine as it was. */
async function begun(document: vscode.TextDocument, before: string): Promise<vscode.Tab | undefined> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    await vscode.commands.executeCommand(RESET).then(undefined, () => undefined);
    if (document.getText() !== before) return vscode.window.tabGroups.activeTabGroup.activeTab;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  return undefined;
}

function copyOfMine({ folder, mine, path }: MergeView, text: string): vscode.Uri {
  const place = join(folder, mine.content.slice(0, 16));
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const file = join(place, nameOf(path));
  writeFileSync(file, text, { mode: 0o600 });
  return vscode.Uri.file(file);
}
