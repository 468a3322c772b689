import * as vscode from 'vscode';

/** A question that stops everything else until it is answered; closing it is a no. */
export async function confirm(question: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
