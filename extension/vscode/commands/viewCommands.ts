import { existsSync } from 'node:fs';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import { SCHEME, uriParts } from '../files/fileUri.ts';
import { isRow } from '../files/rows.ts';
import type { CommandHandlers } from './commandIds.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { type ServerPath, serverPathsFor } from './subject.ts';

/** Of the manifest: this extension and its walkthrough. */
const WALKTHROUGH = 'syncline.syncline#start';

type Names =
  | 'getStarted'
  | 'openServerFile'
  | 'refreshServerFiles'
  | 'loadMore'
  | 'compareWithServer'
  | 'showLog'
  | 'manageTrust';

export function viewCommands(services: Services): Pick<CommandHandlers, Names> {
  const { places, targets, servers, log } = services;

  return {
    async openServerFile(subject) {
      const [file] = await serverPathsFor(services, [subject], l10n.t('Open'));
      if (!file) return undefined;
      const uri = uriOf(file);
      // as in the Explorer, a click leaves the keys with the tree: Del must not reach into the text
      await vscode.commands.executeCommand('vscode.open', uri, { preserveFocus: isRow(subject) });
      return uri;
    },

    async refreshServerFiles() {
      for (const place of places.all) place.refresh();
    },

    async loadMore(row) {
      if (isRow(row) && row.kind === 'more') await row.place.loadMore(row.folder);
    },

    async compareWithServer(subject) {
      const [file] = await serverPathsFor(services, [subject], l10n.t('Compare with Server'));
      if (!file) return undefined;
      const local = targets.ofServerPath(file.place, file.path)?.file;
      if (!local || !existsSync(local))
        throw new SynclineError('NotFound', l10n.t('“{0}” has no counterpart in this workspace.', file.path));
      if (!(await (await filesOf(servers, file.place)).find(file.path)))
        throw new SynclineError('NotFound', l10n.t('“{0}” is not on the server yet.', file.path));
      await vscode.commands.executeCommand(
        'vscode.diff',
        uriOf(file),
        vscode.Uri.file(local),
        l10n.t('{0} (server ↔ here)', nameOf(file.path)),
      );
      return file.path;
    },

    async getStarted() {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false);
    },

    async showLog() {
      log.show();
    },

    async manageTrust() {
      await vscode.commands.executeCommand('workbench.trust.manage');
    },
  };
}

export const uriOf = ({ place, path }: ServerPath): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, ...uriParts({ ...place, path }) });
