import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';

/** Asks for one line; blanks around it do not count. @throws SynclineError `Cancelled` */
export async function askText(options: {
  readonly title: string;
  readonly prompt?: string;
  readonly placeHolder?: string;
  readonly value?: string;
  /** What of `value` is selected: the part that a person most likely replaces. */
  readonly selection?: readonly [number, number];
  readonly check?: (text: string) => string | undefined;
}): Promise<string> {
  const { selection, check, ...rest } = options;
  const text = await vscode.window.showInputBox({
    ...rest,
    ...(selection && { valueSelection: [...selection] }),
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : check?.(value.trim())),
  });
  if (text === undefined || text.trim() === '') throw new SynclineError('Cancelled');
  return text.trim();
}

/** Asks for one of several. @throws SynclineError `Cancelled` */
export async function askOne<T extends vscode.QuickPickItem>(
  items: readonly T[] | Promise<readonly T[]>,
  { title, placeHolder }: { readonly title: string; readonly placeHolder: string },
): Promise<T> {
  const options = { title, placeHolder, matchOnDescription: true, matchOnDetail: true };
  const picked = await vscode.window.showQuickPick<T>(mutable(items), options);
  if (!picked) throw new SynclineError('Cancelled');
  return picked;
}

const mutable = async <T>(items: readonly T[] | Promise<readonly T[]>): Promise<T[]> => [...(await items)];
