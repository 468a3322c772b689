import * as vscode from 'vscode';
import * as files from '../../../server/protocol/messages/files.ts';
import type { Version } from '../../../server/protocol/messages/files.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { isRow } from '../files/rows.ts';
import { contentUri } from '../files/serverFileSystem.ts';
import { versionLine } from '../files/versionText.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import { clientOf, filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { pickPlace, serverPathsFor } from './subject.ts';
import { uriOf } from './viewCommands.ts';

const MOST = 500;

/** Earlier contents: look at them, put them back. */
export function historyCommands(services: Services): Pick<CommandHandlers, 'showHistory' | 'restoreVersion'> {
  const { servers, messenger } = services;

  async function versionsOf(
    place: ServerAddress,
    path: WirePath | undefined,
    below: boolean,
  ): Promise<readonly Version[]> {
    const client = await clientOf(servers, place.url);
    const where = { share: place.share, ...(path !== undefined && { path }), ...(below && { below }), limit: MOST };
    return (await client.request(files.history, where)).versions;
  }

  return {
    async showHistory(...args) {
      const [file] = await serverPathsFor(services, args, 'Show History');
      if (!file) return undefined;
      // a folder that is gone, or is a file now, has left its files' versions below its path
      const versions = await versionsOf(file.place, file.path, true);
      if (versions.length === 0) {
        messenger.inform(`“${nameOf(file.path)}” has no earlier versions.`);
        return versions;
      }
      void showVersions(services, file, versions);
      return versions;
    },

    async restoreVersion(subject, rev) {
      const { place, path, below } = await scopeOf(services, subject);
      const versions = await versionsOf(place, path, below);
      if (versions.length === 0) {
        messenger.inform(below ? 'Nothing here has earlier versions.' : 'There are no earlier versions.');
        return undefined;
      }
      const version =
        typeof rev === 'number'
          ? versions.find((each) => each.rev === rev)
          : (
              await askOne(
                versions.map((each) => ({ ...versionLine(each, below), version: each })),
                { title: 'Syncline: Restore Version', placeHolder: 'Which version?' },
              )
            ).version;
      if (!version) throw new SynclineError('NotFound', 'The history has no such version.');
      await restore(services, place, version);
      return version;
    },
  };
}

async function restore({ servers, messenger }: Services, place: ServerAddress, version: Version): Promise<void> {
  const { path, rev } = version;
  const remote = await filesOf(servers, place);
  const expect = (await remote.find(path))?.entry ?? null;
  await remote.restore(path, rev, undefined, expect);
  messenger.inform(`Restored “${path}” as it was before revision ${rev}.`);
}

/** A list of versions; choosing one shows it beside what is there now, the button restores it. */
async function showVersions(
  services: Services,
  file: { readonly place: ServerAddress; readonly path: WirePath },
  versions: readonly Version[],
): Promise<void> {
  const button: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('discard'),
    tooltip: 'Restore this version',
  };
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { version: Version }>();
  pick.title = `Syncline: History of ${file.path}`;
  pick.placeholder = 'Choose a version to compare it with what is there now';
  const isFolder = versions.some(({ path }) => path !== file.path);
  pick.items = versions.map((version) => ({ ...versionLine(version, isFolder), version, buttons: [button] }));
  pick.onDidTriggerItemButton(({ item }) => {
    pick.hide();
    restore(services, file.place, item.version).catch((error: unknown) =>
      services.messenger.report('restore the version', error),
    );
  });
  pick.onDidAccept(() => {
    const version = pick.selectedItems[0]?.version;
    pick.hide();
    if (version?.entry.kind !== 'file') return;
    const title = `${nameOf(version.path)} (before revision ${version.rev} ↔ now)`;
    void vscode.commands.executeCommand(
      'vscode.diff',
      contentUri({ ...file.place, path: version.path }, version.entry),
      uriOf({ ...file, path: version.path }),
      title,
    );
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

/** A file's own versions, or everything below a folder: what was deleted can be found only there. */
async function scopeOf(services: Services, subject: unknown) {
  if (subject instanceof vscode.Uri || typeof subject === 'string') {
    const [file] = await serverPathsFor(services, [subject], 'Restore Version');
    if (file) return { ...file, below: true };
  }
  const row = isRow(subject) ? subject : services.serverFilesView.selection[0];
  if (row?.kind === 'entry')
    return { place: row.place.address, path: row.row.path, below: row.row.entry.kind === 'directory' };
  const place = row?.place.address ?? (await pickPlace(services));
  return { place, path: place.dir, below: true };
}
