import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { CommandHandlers } from './commandIds.ts';
import type { Services } from './services.ts';
import { serverPathsFor } from './subject.ts';

type Names =
  | 'copyServerPath'
  | 'copyRelativePath'
  | 'revealInServerFiles'
  | 'revealInExplorer'
  | 'showDifferences'
  | 'showAllFiles';

/** Where a file is, on this side and on the other, and which of them are shown. */
export function placeCommands(services: Services): Pick<CommandHandlers, Names> {
  const { places, targets, serverFiles, serverFilesView } = services;

  return {
    async copyServerPath(...args) {
      const paths = await serverPathsFor(services, args, l10n.t('Copy Path'));
      return copy(paths.map(({ place, path }) => `${place.url}/${place.share}/${path}`));
    },

    async copyRelativePath(...args) {
      const paths = await serverPathsFor(services, args, l10n.t('Copy Relative Path'));
      return copy(paths.map(({ path }) => path));
    },

    async revealInServerFiles(subject) {
      const [file] = await serverPathsFor(services, [subject], l10n.t('Reveal in Server Files'));
      const place = places.all.find(
        ({ address }) => address.url === file?.place.url && address.share === file.place.share,
      );
      const row = file && place && (await serverFiles.find(place, file.path));
      if (!row) throw new SynclineError('NotFound', l10n.t('“{0}” is not on the server.', `${file?.path}`));
      await serverFilesView.reveal(row, { select: true, focus: true, expand: false });
      return row.row.path;
    },

    async revealInExplorer(subject) {
      const [file] = await serverPathsFor(services, [subject], l10n.t('Reveal in Explorer'));
      const local = file && targets.ofServerPath(file.place, file.path)?.file;
      if (!local)
        throw new SynclineError('NotFound', l10n.t('“{0}” has no counterpart in this workspace.', `${file?.path}`));
      await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(local));
      return local;
    },

    showDifferences: () => show('differences'),
    showAllFiles: () => show('everything'),
  };

  async function show(what: 'everything' | 'differences'): Promise<void> {
    serverFiles.show(what);
    await vscode.commands.executeCommand('setContext', 'syncline.showsDifferences', what === 'differences');
  }
}

async function copy(paths: readonly string[]): Promise<string> {
  const text = paths.join('\n');
  await vscode.env.clipboard.writeText(text);
  return text;
}
