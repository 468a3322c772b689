import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Entry } from '../../../server/protocol/entry.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Replacement } from '../../connect/copy/uploadFolder.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { contentUri } from './serverFileSystem.ts';
import { countText, sizeText } from './sizeText.ts';

const LISTED = 8;

/**
 * The one question before an upload that would replace files of the server that were not seen from here.
 * @returns those that may be replaced @throws SynclineError `Cancelled`
 */
export async function askReplace(
  differing: readonly Replacement[],
  local: string,
  place: ServerAddress,
): Promise<readonly Replacement[]> {
  const replace =
    differing.length === 1 ? l10n.t('Replace') : l10n.t('Replace {0}', differing.length.toLocaleString('en'));
  const answer = await vscode.window.showWarningMessage(
    differing.length === 1
      ? l10n.t('A file on the server differs from what was last seen here. Replace it?')
      : l10n.t(
          '{0} on the server differ from what was last seen here. Replace them?',
          countText(differing.length, 'file'),
        ),
    { modal: true, detail: l10n.t('{0}\n\nWhat is replaced stays in the server’s history.', listed(differing)) },
    replace,
    l10n.t('Skip'),
    l10n.t('Show'),
  );
  if (answer === replace) return differing;
  if (answer === l10n.t('Skip')) return [];
  if (answer === l10n.t('Show')) return pick(differing, local, place);
  throw new SynclineError('Cancelled');
}

interface Item extends vscode.QuickPickItem {
  readonly replacement: Replacement;
}

const COMPARE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('diff'),
  tooltip: l10n.t('Compare with the server'),
};

/** All of them, each with a button that opens both sides; what is ticked is replaced. */
async function pick(
  differing: readonly Replacement[],
  local: string,
  place: ServerAddress,
): Promise<readonly Replacement[]> {
  const list = vscode.window.createQuickPick<Item>();
  list.title = l10n.t('Syncline: Replace on the Server');
  list.placeholder = l10n.t('Ticked files are replaced, the others are skipped');
  list.canSelectMany = true;
  list.ignoreFocusOut = true;
  list.matchOnDescription = true;
  list.items = differing.map((replacement) => ({
    label: printable(replacement.path),
    description: l10n.t('server {0}, here {1}', sizeOf(replacement.theirs), sizeOf(replacement.mine)),
    buttons: [COMPARE],
    replacement,
  }));
  list.selectedItems = list.items;
  const { promise, resolve, reject } = Promise.withResolvers<readonly Replacement[]>();
  list.onDidTriggerItemButton(({ item }) => void compare(item.replacement, local, place));
  list.onDidAccept(() => {
    resolve(list.selectedItems.map(({ replacement }) => replacement));
    list.hide();
  });
  list.onDidHide(() => reject(new SynclineError('Cancelled')));
  list.show();
  return promise.finally(() => list.dispose());
}

async function compare({ path, relative, theirs }: Replacement, local: string, place: ServerAddress): Promise<void> {
  if (theirs.kind !== 'file') return;
  const left = contentUri({ url: place.url, share: place.share, path }, theirs);
  const right = vscode.Uri.file(join(local, relative));
  await vscode.commands.executeCommand('vscode.diff', left, right, l10n.t('{0} (server ↔ here)', path), {
    preview: true,
  });
}

function listed(differing: readonly Replacement[]): string {
  const names = differing.slice(0, LISTED).map(({ path }) => printable(path));
  const rest = differing.length - names.length;
  return [...names, ...(rest > 0 ? [l10n.t('and {0} more', rest.toLocaleString('en'))] : [])].join('\n');
}

const sizeOf = (entry: Entry): string => (entry.kind === 'file' ? sizeText(entry.size) : entry.kind);
