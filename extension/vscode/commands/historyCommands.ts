import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Version } from '../../../server/protocol/messages/files.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import { isRow } from '../files/rows.ts';
import { contentUri } from '../files/serverFileSystem.ts';
import { versionLine } from '../files/versionText.ts';
import { EMPTY_DOCUMENT } from '../files/emptyDocument.ts';
import type { HistorySubject } from '../history/historyModel.ts';
import { isVersionRow, type VersionRow } from '../history/historyTree.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { pickPlace, serverPathsFor } from './subject.ts';
import { uriOf } from './viewCommands.ts';

type Names =
  | 'showHistory'
  | 'showDeletedFiles'
  | 'openVersion'
  | 'compareVersion'
  | 'restoreVersion'
  | 'loadMoreVersions'
  | 'refreshHistory';

/** The longest list of versions to choose from without the view. */
const MOST = 500;

const KEEP_FOCUS: vscode.TextDocumentShowOptions = { preserveFocus: true, preview: true };

/** Earlier contents: look at them, put them back. */
export function historyCommands(services: Services): Pick<CommandHandlers, Names> {
  const { servers, messenger, history } = services;

  return {
    /** Returns the versions. */
    async showHistory(...args) {
      const [file] = await serverPathsFor(services, args, l10n.t('Show History'));
      return file && show({ ...file, isFolder: false });
    },

    /** What was deleted in a folder and is not there again. */
    async showDeletedFiles(subject) {
      const { place, path } = await scopeOf(services, subject);
      return show({ place, path, isFolder: true });
    },

    async openVersion(row) {
      const { place, version } = chosen(row);
      if (version.entry.kind !== 'file') throw new SynclineError('NotAFile');
      const uri = contentUri({ ...place, path: version.path }, version.entry);
      await vscode.commands.executeCommand('vscode.open', uri, KEEP_FOCUS, titleOf(version));
      return uri;
    },

    async compareVersion(row) {
      const { place, version } = chosen(row);
      if (version.entry.kind !== 'file') return;
      const now = (await (await filesOf(servers, place)).find(version.path))?.entry;
      await vscode.commands.executeCommand(
        'vscode.diff',
        contentUri({ ...place, path: version.path }, version.entry),
        now?.kind === 'file' ? uriOf({ place, path: version.path }) : EMPTY_DOCUMENT,
        `${titleOf(version)} ↔ ${now ? 'now' : 'gone'}`,
        KEEP_FOCUS,
      );
    },

    /** A row of the view; else a file's version by its revision, or as it is chosen from a list. Returns the version. */
    async restoreVersion(subject, rev) {
      if (isVersionRow(subject)) return restore(subject);
      const { place, path, below } = await scopeOf(services, subject);
      const versions = await (await filesOf(servers, place)).history({ path, below, limit: MOST });
      if (versions.length === 0) {
        messenger.inform(
          below ? l10n.t('Nothing here has earlier versions.') : l10n.t('There are no earlier versions.'),
        );
        return undefined;
      }
      const version =
        typeof rev === 'number'
          ? versions.find((each) => each.rev === rev)
          : (
              await askOne(
                versions.map((each) => ({ ...versionLine(each, below), version: each })),
                { title: l10n.t('Syncline: Restore Version'), placeHolder: l10n.t('Which version?') },
              )
            ).version;
      if (!version) throw new SynclineError('NotFound', l10n.t('The history has no such version.'));
      return restore({ place, version });
    },

    loadMoreVersions: () => history.more(),
    refreshHistory: () => Promise.resolve(history.refreshSoon()),
  };

  async function show(subject: HistorySubject): Promise<readonly Version[]> {
    const { versions } = await history.show(subject);
    await vscode.commands.executeCommand('syncline.history.focus');
    return versions;
  }

  /** What is there now goes to the history, too. */
  async function restore({ place, version }: Pick<VersionRow, 'place' | 'version'>): Promise<Version> {
    const { path, rev } = version;
    const remote = await filesOf(servers, place);
    const expect = (await remote.find(path))?.entry ?? null;
    await remote.restore(path, rev, undefined, expect);
    messenger.inform(l10n.t('Restored “{0}” as it was before revision {1}.', path, rev));
    return version;
  }
}

function chosen(row: unknown): VersionRow {
  if (isVersionRow(row)) return row;
  throw new SynclineError('Usage', l10n.t('Choose a version in the History view.'));
}

const titleOf = ({ path, rev }: Version): string => l10n.t('{0} (before revision {1})', nameOf(path), rev);

/** A file's own versions, or everything below a folder: what was deleted can be found only there. */
async function scopeOf(services: Services, subject: unknown) {
  if (subject instanceof vscode.Uri || typeof subject === 'string') {
    const [file] = await serverPathsFor(services, [subject], l10n.t('Restore Version'));
    // a folder that is gone, or is a file now, has left its files' versions below its path
    if (file) return { ...file, below: true };
  }
  const row = isRow(subject) ? subject : services.serverFilesView.selection[0];
  if (row?.kind === 'entry')
    return { place: row.place.address, path: row.row.path, below: row.row.entry.kind === 'directory' };
  const place = row?.place.address ?? (await pickPlace(services));
  return { place, path: place.dir, below: true };
}
