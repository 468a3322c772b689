import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { isWithin, nameOf, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';
import { restoreSafety } from '../../sync/local/restoreSafety.ts';
import { copiesOf, leavesOf, type SafetySession } from '../../sync/local/safetyList.ts';
import { type Kept, keptIn, type SafetyPlace } from '../../sync/local/safetyPlaces.ts';
import { localFolders } from '../files/localFolders.ts';
import { countText, sizeText } from '../files/sizeText.ts';
import { withProgress } from '../messages/progress.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';

const OPEN: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('go-to-file'),
  tooltip: l10n.t('Open the copy'),
};

/** What was replaced or deleted in folders of this machine: look at it, put it back. */
export function safetyCommands(services: Services): Pick<CommandHandlers, 'showSafetyCopies'> {
  const { messenger, stateHome } = services;

  return {
    /**
     * Without arguments a person chooses, and what there is is returned: `{id, folder, paths}`. `id`, perhaps with `path`: that
     * is put back at once, and the paths are returned that were.
     */
    async showSafetyCopies(id, path) {
      const all = keptHere(stateHome);
      if (typeof id === 'string') {
        const kept = all.find(({ session }) => session.id === id);
        if (!kept) throw new SynclineError('NotFound', l10n.t('Nothing was kept at “{0}”.', id));
        return putBack(kept, typeof path === 'string' ? [parseWirePath(path)] : undefined);
      }
      if (all.length === 0) messenger.inform(l10n.t('Nothing was replaced or deleted here lately.'));
      else choose(all).catch((error: unknown) => messenger.report(l10n.t('put the copies back'), error));
      return all.map(({ place, session }) => ({
        id: session.id,
        folder: place.root,
        paths: copiesOf(session).map((copy) => copy.path),
      }));
    },
  };

  async function choose(all: readonly Kept[]): Promise<void> {
    const placeHolder = l10n.t('What was replaced or deleted when?');
    const kept = await askOne(all.map(keptLine), { title: TITLE, placeHolder });
    const paths = await askCopies(kept);
    if (paths !== 'looked') await putBack(kept, paths);
  }

  async function putBack({ place, session }: Kept, paths: readonly WirePath[] | undefined): Promise<readonly string[]> {
    const { restored, same, problems } = await withProgress(l10n.t('Putting safety copies back'), (signal) =>
      restoreSafety(place, session, { ...(paths && { paths }), signal }),
    );
    const failures = problems.map((problem) => ({ subject: problem.path, message: problem.message }));
    messenger.reportBatch(l10n.t('put back'), failures, restored.length + same + problems.length);
    if (problems.length === 0) {
      const text =
        restored.length === 0
          ? l10n.t('It is all there already')
          : l10n.t('Put {0} back', countText(restored.length, 'file'));
      messenger.inform(l10n.t('{0} in “{1}”. What was there is kept as a safety copy.', text, basename(place.root)));
    }
    return restored;
  }
}

const TITLE = l10n.t('Syncline: Safety Copies');

/** Of the folders of this window; of any folder where no folder is open. */
function keptHere(stateHome: string): Kept[] {
  const roots = localFolders().map(({ uri }) => uri.fsPath as WirePath);
  return keptIn(stateHome, (root) => roots.length === 0 || roots.some((each) => isWithin(root as WirePath, each)));
}

function keptLine(kept: Kept) {
  const copies = leavesOf(kept.session);
  const [first] = copies;
  const others = copies.length > 1 ? l10n.t(' and {0} more', copies.length - 1) : '';
  return {
    ...kept,
    label: new Date(kept.session.at).toLocaleString(),
    description: l10n.t('{0} in “{1}”', countText(copies.length, 'file'), basename(kept.place.root)),
    detail: first ? `${first.path}${others}` : l10n.t('empty folders'),
  };
}

/** Which of them are to be put back; `looked` when the person opened one instead. @throws SynclineError `Cancelled` */
function askCopies({ place, session }: Kept): Promise<readonly WirePath[] | undefined | 'looked'> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { path?: WirePath }>();
  pick.title = TITLE;
  pick.placeholder = l10n.t('What is to be put back?');
  const copies = leavesOf(session);
  pick.items = [
    { label: l10n.t('$(discard) Put All Back'), description: countText(copies.length, 'file'), alwaysShow: true },
    ...copies.map(({ path, kind, size }) => ({
      label: nameOf(path),
      description: `${path}${kind === 'file' ? `, ${sizeText(size)}` : ''}`,
      path,
      ...(kind === 'file' && { buttons: [OPEN] }),
    })),
  ];
  return new Promise((resolve, reject) => {
    pick.onDidTriggerItemButton(({ item }) => {
      if (item.path === undefined) return;
      void look(place, session, item.path);
      resolve('looked');
      pick.hide();
    });
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item) resolve(item.path === undefined ? undefined : [item.path]);
      pick.hide();
    });
    pick.onDidHide(() => {
      pick.dispose();
      reject(new SynclineError('Cancelled'));
    });
    pick.show();
  });
}

/** Beside what is there now, where there is anything. */
async function look({ root }: SafetyPlace, { folder }: SafetySession, path: WirePath): Promise<void> {
  const copy = vscode.Uri.file(join(folder, path));
  const now = vscode.Uri.file(join(root, path));
  if (existsSync(now.fsPath))
    await vscode.commands.executeCommand('vscode.diff', copy, now, l10n.t('{0} (safety copy ↔ now)', nameOf(path)));
  else await vscode.commands.executeCommand('vscode.open', copy);
}
