import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { isMode, type Mode, MODES } from '../../sync/reconcile/mode.ts';
import { localFolders } from '../files/localFolders.ts';
import { addMark, removeMarks } from '../production/productionSettings.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';

const MODE_TEXT: Record<Mode, string> = {
  'two-way': l10n.t('Changes travel both ways; what changed on both sides is for you to decide'),
  push: l10n.t('Local changes go to the server; what only the server has stays'),
  pull: l10n.t('Changes on the server come here; what is only here stays'),
  mirror: l10n.t('The server becomes exactly what is here'),
};

/** Pairs a folder of the workspace with a place, by an entry in the workspace's settings. */
export function syncFolderCommand(services: Services): Pick<CommandHandlers, 'syncFolder'> {
  return {
    async syncFolder(folderUri, label, mode) {
      const folder =
        folderUri instanceof vscode.Uri ? vscode.workspace.getWorkspaceFolder(folderUri) : await askFolder(services);
      if (!folder)
        throw new SynclineError('Usage', l10n.t('Open a folder first; it is folders of a workspace that are synced.'));
      const address = typeof label === 'string' ? parseTarget(label) : await askPlace(services);
      const chosen = isMode(mode) ? mode : await askMode(services, folder.name, address);
      await services.consent.give({ folder: { name: folder.name, path: folder.uri.fsPath }, address });
      await writeTarget(folder, address, chosen);
      return address.label;
    },
  };
}

/** The first folder that has no target yet. */
export function folderToSync({ targets }: Services): vscode.WorkspaceFolder | undefined {
  const taken = new Set(targets.all.map(({ folder }) => folder.path));
  return localFolders().find(({ uri }) => !taken.has(uri.fsPath));
}

async function askFolder(services: Services): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = localFolders();
  if (folders.length <= 1) return folders[0] ?? folderToSync(services);
  const items = folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  return (await askOne(items, { title: l10n.t('Syncline: Sync Folder'), placeHolder: l10n.t('Which folder?') })).folder;
}

async function askPlace({ places }: Services): Promise<ServerAddress> {
  const [only] = places.all;
  if (!only) throw new SynclineError('ConnectionFailed', l10n.t('Connect to a server first.'));
  if (places.all.length === 1) return only.address;
  const items = places.all.map(({ address }) => ({ label: address.label, address }));
  return (await askOne(items, { title: l10n.t('Syncline: Sync Folder'), placeHolder: l10n.t('With which place?') }))
    .address;
}

interface ModeItem extends vscode.QuickPickItem {
  readonly mode?: Mode;
}

/** The list stays while a person decides whether the place is production, too. */
async function askMode({ guard }: Services, name: string, address: ServerAddress): Promise<Mode> {
  const modes: ModeItem[] = MODES.map((mode) => ({ label: mode, detail: MODE_TEXT[mode], mode }));
  const separator = { label: l10n.t('Server'), kind: vscode.QuickPickItemKind.Separator };
  const title = l10n.t('Syncline: Sync “{0}” with {1}', name, address.label);
  for (let isProduction = guard.isProduction(address); ; ) {
    const box: ModeItem = {
      label: l10n.t('{0} Production', isProduction ? '$(pass-filled)' : '$(circle-large-outline)'),
      detail: l10n.t('Marked wherever it is named; you are asked before the first write of each session'),
    };
    const placeHolder = l10n.t('Which way do changes travel?');
    const { mode } = await askOne<ModeItem>([...modes, separator, box], { title, placeHolder });
    if (!mode) {
      isProduction = !isProduction;
      continue;
    }
    if (isProduction && !guard.isProduction(address)) await addMark(address);
    if (!isProduction && guard.isProduction(address)) await removeMarks(address);
    return mode;
  }
}

async function writeTarget(folder: vscode.WorkspaceFolder, address: ServerAddress, mode: Mode): Promise<void> {
  const several = localFolders().length > 1;
  const settings = vscode.workspace.getConfiguration('syncline', folder.uri);
  const stored: unknown = settings.inspect('targets')?.workspaceValue;
  const entries: readonly unknown[] = Array.isArray(stored) ? stored : [];
  const others = entries.filter((entry) => several && isAboutOther(entry, folder.name));
  const entry = { ...(several && { folder: folder.name }), server: address.label, ...(mode !== 'two-way' && { mode }) };
  await settings.update('targets', [...others, entry], vscode.ConfigurationTarget.Workspace);
}

const isAboutOther = (entry: unknown, name: string) =>
  typeof entry === 'object' && entry !== null && (entry as { folder?: unknown }).folder !== name;
