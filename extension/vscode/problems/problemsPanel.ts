import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../connect/serverClient.ts';
import { Soon } from '../soon.ts';
import type { TargetHub } from '../targets/targetHub.ts';
import type { ProblemNote } from './problemNotes.ts';

/** What happens together is told together, milliseconds. */
const GATHER_MS = 300;

/** What cannot be synced, and ignore rules that have no effect, on their files in the Problems panel. */
export class ProblemsPanel {
  readonly #targets: TargetHub;
  readonly #collection = vscode.languages.createDiagnosticCollection('syncline');
  readonly #listening: Disposable;
  readonly #look = new Soon(GATHER_MS, () => this.#update());
  /** What is shown, as text, by file: nothing is told anew that is the same. */
  #shown: ReadonlyMap<string, string> = new Map();

  constructor(targets: TargetHub) {
    this.#targets = targets;
    this.#listening = targets.onDidChange(() => this.#look.ask());
  }

  dispose(): void {
    this.#look.dispose();
    this.#listening.dispose();
    this.#collection.dispose();
  }

  #update(): void {
    const shown = new Map<string, string>();
    for (const target of this.#targets.all) {
      for (const [path, notes] of target.notes) {
        const file = join(target.folder.path, path);
        const text = JSON.stringify(notes);
        shown.set(file, text);
        if (this.#shown.get(file) !== text) this.#collection.set(vscode.Uri.file(file), notes.map(toDiagnostic));
      }
    }
    for (const file of this.#shown.keys()) if (!shown.has(file)) this.#collection.delete(vscode.Uri.file(file));
    this.#shown = shown;
  }
}

function toDiagnostic({ line, message, code }: ProblemNote): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, 0, line - 1, code === undefined ? Number.MAX_SAFE_INTEGER : 0);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = 'Syncline';
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}
