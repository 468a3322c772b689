import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
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

const OPEN: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: 'Open the copy' };

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
        if (!kept) throw new SynclineError('NotFound', `Nothing was kept at “${id}”.`);
        return putBack(kept, typeof path === 'string' ? [parseWirePath(path)] : undefined);
      }
      if (all.length === 0) messenger.inform('Nothing was replaced or deleted here lately.');
      else choose(all).catch((error: unknown) => messenger.report('put the copies back', error));
      return all.map(({ place, session }) => ({
        id: session.id,
        folder: place.root,
        paths: copiesOf(session).map((copy) => copy.path),
      }));
    },
  };

  async function choose(all: readonly Kept[]): Promise<void> {
    const placeHolder = 'What was replaced or deleted when?';
    const kept = await askOne(all.map(keptLine), { title: TITLE, placeHolder });
    const paths = await askCopies(kept);
    if (paths !== 'looked') await putBack(kept, paths);
  }

  async function putBack({ place, session }: Kept, paths: readonly WirePath[] | undefined): Promise<readonly string[]> {
    const { restored, same, problems } = await withProgress('Putting safety copies back', (signal) =>
      restoreSafety(place, session, { ...(paths && { paths }), signal }),
    );
    const failures = problems.map((problem) => ({ subject: problem.path, message: problem.message }));
    messenger.reportBatch('put back', failures, restored.length + same + problems.length);
    if (problems.length === 0) {
      const text = restored.length === 0 ? 'It is all there already' : `Put ${countText(restored.length, 'file')} back`;
      messenger.inform(`${text} in “${basename(place.root)}”. What was there is kept as a safety copy.`);
    }
    return restored;
  }
}

const TITLE = 'Syncline: Safety Copies';

/** Of the folders of this window; of any folder where no folder is open. */
function keptHere(stateHome: string): Kept[] {
  const roots = localFolders().map(({ uri }) => uri.fsPath as WirePath);
  return keptIn(stateHome, (root) => roots.length === 0 || roots.some((each) => isWithin(root as WirePath, each)));
}

function keptLine(kept: Kept) {
  const copies = leavesOf(kept.session);
  const [first] = copies;
  const others = copies.length > 1 ? ` and ${copies.length - 1} more` : '';
  return {
    ...kept,
    label: new Date(kept.session.at).toLocaleString(),
    description: `${countText(copies.length, 'file')} in “${basename(kept.place.root)}”`,
    detail: first ? `${first.path}${others}` : 'empty folders',
  };
}

/** Which of them are to be put back; `looked` when the person opened one instead. @throws SynclineError `Cancelled` */
function askCopies({ place, session }: Kept): Promise<readonly WirePath[] | undefined | 'looked'> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { path?: WirePath }>();
  pick.title = TITLE;
  pick.placeholder = 'What is to be put back?';
  const copies = leavesOf(session);
  pick.items = [
    { label: '$(discard) Put All Back', description: countText(copies.length, 'file'), alwaysShow: true },
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
    await vscode.commands.executeCommand('vscode.diff', copy, now, `${nameOf(path)} (safety copy ↔ now)`);
  else await vscode.commands.executeCommand('vscode.open', copy);
}
