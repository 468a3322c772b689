import * as vscode from 'vscode';

/** What is selected, all selections one below the other; undefined when nothing is. */
export function selectedText(editor: vscode.TextEditor | undefined): string | undefined {
  const texts = selectedTexts(editor);
  return texts.length === 0 ? undefined : texts.join('\n');
}

export function selectedTexts(editor: vscode.TextEditor | undefined): readonly string[] {
  return filled(editor).map((selection) => editor?.document.getText(selection) ?? '');
}

/** Puts one text in the place of each selection, as one step that can be undone. False when the text may not be changed. */
export async function replaceSelections(editor: vscode.TextEditor, texts: readonly string[]): Promise<boolean> {
  const selections = filled(editor);
  const before = selectedTexts(editor);
  const { version } = editor.document;
  const accepted = await editor.edit((edit) => {
    for (const [at, selection] of selections.entries()) edit.replace(selection, texts[at] ?? '');
  });
  // an edit of a read-only document is accepted and does nothing
  return accepted && (editor.document.version > version || before.every((text, at) => text === texts[at]));
}

function filled(editor: vscode.TextEditor | undefined): vscode.Selection[] {
  return (editor?.selections ?? [])
    .filter((selection) => !selection.isEmpty)
    .toSorted((a, b) => a.start.compareTo(b.start));
}
