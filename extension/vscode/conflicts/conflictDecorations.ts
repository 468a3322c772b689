import * as vscode from 'vscode';
import { toLocal, toServer } from '../files/pairing.ts';
import { SCHEME, uriParts } from '../files/fileUri.ts';
import { conflictWords } from './conflictText.ts';
import { conflictRows } from './conflictsTree.ts';
import type { TargetHub } from '../targets/targetHub.ts';

/** Marks files in conflict wherever VS Code lists them: Explorer, tabs, Server Files. */
export class ConflictDecorations implements vscode.FileDecorationProvider {
  readonly #changes = new vscode.EventEmitter<vscode.Uri[]>();
  readonly #listening: { dispose(): void };
  #marked = new Map<string, string>();

  readonly onDidChangeFileDecorations = this.#changes.event;

  constructor(targets: TargetHub) {
    this.#listening = targets.onDidChange(() => this.#update(targets));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const words = this.#marked.get(uri.toString());
    if (words === undefined) return undefined;
    const color = new vscode.ThemeColor('list.warningForeground');
    return { badge: '!', tooltip: `Conflict: ${words}`, color, propagate: true };
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }

  #update(targets: TargetHub): void {
    const before = this.#marked;
    this.#marked = new Map(
      conflictRows(targets).flatMap((row) => urisOf(row).map((uri) => [uri.toString(), conflictWords(row.conflict)])),
    );
    const changed = [...before.keys(), ...this.#marked.keys()].filter(
      (key) => before.get(key) !== this.#marked.get(key),
    );
    if (changed.length > 0) this.#changes.fire([...new Set(changed)].map((key) => vscode.Uri.parse(key, true)));
  }
}

function urisOf({ target, conflict }: ReturnType<typeof conflictRows>[number]): vscode.Uri[] {
  const local = toLocal({ root: target.folder.path }, conflict.path);
  if (local === null) return [];
  const path = toServer({ root: target.folder.path, dir: target.address.dir }, local);
  const { url, share } = target.address;
  return [
    vscode.Uri.file(local),
    vscode.Uri.from({ scheme: SCHEME, ...uriParts({ url, share, path: path ?? undefined }) }),
  ];
}
