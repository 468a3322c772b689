import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { joinWirePath, nameOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { uploadFolder } from '../../connect/copy/uploadFolder.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { askReplace } from '../files/askReplace.ts';
import { OneDownloadSafety } from '../../sync/local/downloadSafety.ts';
import { downloadPlace } from '../../sync/local/safetyPlaces.ts';
import { downloadPath } from '../files/downloadPath.ts';
import { localFolders } from '../files/localFolders.ts';
import { toServer } from '../files/pairing.ts';
import { isRow } from '../files/rows.ts';
import { countText, sizeText } from '../files/sizeText.ts';
import { uploadOne } from '../files/uploadOne.ts';
import type { Failure } from '../messages/failureText.ts';
import { type TaskProgress, withProgress } from '../messages/progress.ts';
import type { WorkspaceTarget } from '../targets/workspaceTarget.ts';
import { type CommandHandlers, commandId } from './commandIds.ts';
import { confirm } from './confirm.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { localFilesFor, pickPlace, type ServerFolder, serverFolderFor, serverPathsFor } from './subject.ts';

type Names = 'upload' | 'uploadFolder' | 'download';

/** What another extension or a key binding may say as third argument. */
interface TransferOptions {
  /** Do not ask before replacing what differs; the other side's version is kept in any case. */
  readonly replace?: boolean;
  /** Where on the server it goes, whatever belongs to whom. */
  readonly into?: ServerFolder;
}

/** One file or folder that goes up, and the path it gets in the share. */
interface Upload {
  readonly local: string;
  readonly place: ServerAddress;
  readonly path: WirePath | undefined;
  readonly target?: WorkspaceTarget | undefined;
}

interface Outcome {
  files: number;
  /** Left alone because the person wanted it so. */
  skipped: number;
  bytes: number;
  total: number;
  readonly failures: Failure[];
}

/** What a person who has cancelled wants to know. */
const UPLOAD_IS_SAFE = l10n.t(
  'Every file on the server is whole, the old or the new one; another upload goes on where this one stopped.',
);
const DOWNLOAD_IS_SAFE = l10n.t('Every file here is whole: the new one, or what was there before.');

/** Copies on demand, both ways, whatever automatic sync does. */
export function transferCommands(services: Services): Pick<CommandHandlers, Names> {
  const { servers, messenger } = services;

  const run =
    (kind: 'files' | 'folder') =>
    async (...args: readonly unknown[]) => {
      const uploads = await uploadsFor(services, args, kind);
      const outcome: Outcome = { files: 0, skipped: 0, bytes: 0, total: 0, failures: [] };
      const again = () =>
        void vscode.commands.executeCommand(commandId(kind === 'files' ? 'upload' : 'uploadFolder'), ...args);
      await withProgress(
        l10n.t('Uploading {0}', subjectText(uploads)),
        async (signal, progress) => {
          for (const each of uploads) await upload(each, outcome, signal, progress, optionsOf(args));
        },
        () => cancelled(l10n.t('Upload of {0} cancelled', subjectText(uploads)), UPLOAD_IS_SAFE, again),
      );
      finish('upload', outcome, again);
      return { uploaded: outcome.files, skipped: outcome.skipped, failures: outcome.failures };
    };

  async function upload(
    { local, place, path, target }: Upload,
    outcome: Outcome,
    signal: AbortSignal,
    progress: TaskProgress,
    { replace = false }: TransferOptions,
  ): Promise<void> {
    const files = await filesOf(servers, place);
    const watched = { signal, ...watch(progress) };
    try {
      if (statSync(local).isDirectory()) {
        const skip =
          target && ((below: string, isDirectory: boolean) => target.ignores(join(local, below), isDirectory));
        const {
          copied,
          same,
          skipped = 0,
          bytes,
          problems,
        } = await uploadFolder(files, local, path, {
          ...watched,
          ...(skip && { skip }),
          baseOf: (relative) => target?.baseOf(join(local, relative)) ?? null,
          ...(!replace && { chooseReplaced: (differing) => askReplace(differing, local, place) }),
        });
        outcome.files += copied;
        outcome.skipped += skipped;
        outcome.bytes += bytes;
        outcome.total += copied + same + skipped + problems.length;
        outcome.failures.push(...problems.map((problem) => ({ subject: problem.path, message: problem.message })));
        return;
      }
      if (path === undefined) return;
      outcome.total++;
      if (target?.ignores(local, false)) throw new SynclineError('Unsupported', await target.explain(local));
      const sent = await uploadOne(files, local, path, {
        ...watched,
        base: target?.baseOf(local) ?? null,
        mayReplace: async () =>
          replace ||
          confirm(
            l10n.t('“{0}” on the server differs from what was last seen here. Replace it?', path),
            l10n.t('It stays in the server’s history.'),
            l10n.t('Replace'),
          ),
      });
      outcome.files += sent.changed ? 1 : 0;
      outcome.bytes += sent.changed ? sent.size : 0;
    } catch (error) {
      const { code, message } = SynclineError.from(error);
      if (code === 'Cancelled') throw error;
      outcome.failures.push({ subject: basename(local), message });
    }
  }

  function cancelled(what: string, safe: string, again: () => void): void {
    messenger.inform(`${what}. ${safe}`, { label: l10n.t('Try Again'), run: again });
  }

  function finish(doing: 'upload' | 'download', outcome: Outcome, retry: () => void): void {
    const { files, skipped, bytes, total, failures } = outcome;
    messenger.reportBatch(doing, failures, total, retry);
    if (failures.length > 0) return;
    const done = doing === 'upload' ? l10n.t('Uploaded') : l10n.t('Downloaded');
    const left = skipped > 0 ? l10n.t(', {0} skipped', countText(skipped, 'file')) : '';
    const text =
      files === 0 && skipped === 0
        ? l10n.t('Nothing to do: both sides are the same')
        : `${done} ${countText(files, 'file')}, ${sizeText(bytes)}${left}`;
    vscode.window.setStatusBarMessage(`$(check) ${text}`, 5000);
  }

  const download = async (...args: readonly unknown[]): Promise<unknown> => {
    const paths = await serverPathsFor(services, args.slice(0, 2), l10n.t('Download'));
    const { replace = false } = optionsOf(args);
    const outcome: Outcome = { files: 0, skipped: 0, bytes: 0, total: 0, failures: [] };
    const places = await Promise.all(paths.map(async (file) => ({ ...file, to: await destinationOf(services, file) })));
    const again = () => void vscode.commands.executeCommand(commandId('download'), ...args);
    const task = async (signal: AbortSignal, progress: TaskProgress): Promise<void> => {
      for (const { place, path, to } of places) {
        try {
          const copied = await downloadPath(await filesOf(servers, place), path, to, {
            signal,
            ...watch(progress),
            safetyFor: (root) => new OneDownloadSafety(downloadPlace(services.stateHome, root)),
            mayReplace: async (text) =>
              replace || confirm(text, l10n.t('A safety copy of what is here is kept.'), l10n.t('Replace')),
          });
          outcome.files += copied.copied;
          outcome.bytes += copied.bytes;
          outcome.total += copied.copied + copied.same + copied.problems.length;
          outcome.failures.push(
            ...copied.problems.map((problem) => ({ subject: problem.path, message: problem.message })),
          );
        } catch (error) {
          const { code, message } = SynclineError.from(error);
          if (code === 'Cancelled') throw error;
          outcome.total++;
          outcome.failures.push({ subject: nameOf(path), message });
        }
      }
    };
    await withProgress(l10n.t('Downloading {0}', subjectText(paths)), task, () =>
      cancelled(l10n.t('Download of {0} cancelled', subjectText(paths)), DOWNLOAD_IS_SAFE, again),
    );
    finish('download', outcome, again);
    return { downloaded: outcome.files, failures: outcome.failures, to: places.map(({ to }) => to) };
  };

  return { upload: run('files'), uploadFolder: run('folder'), download };
}

/** Local files that were chosen, each with its place; files from a dialog where only a folder of the server was chosen. */
async function uploadsFor(services: Services, args: readonly unknown[], kind: 'files' | 'folder'): Promise<Upload[]> {
  const [subject] = args;
  const local = isRow(subject) ? [] : localFilesFor(services, args);
  const { into } = optionsOf(args);
  if (into) {
    for (const { uri } of local) await saveIfDirty(uri);
    return local.map(({ uri: { fsPath } }) => ({
      local: fsPath,
      place: into.place,
      path: joinWirePath(into.path, basename(fsPath).normalize('NFC')),
    }));
  }
  if (local.length > 0) {
    const paired: Upload[] = [];
    for (const { uri, target } of local) {
      await saveIfDirty(uri);
      const path = target && toServer({ root: target.folder.path, dir: target.address.dir }, uri.fsPath);
      if (target && path !== null) paired.push({ local: uri.fsPath, place: target.address, path, target });
      else {
        const place = await pickPlace(services);
        paired.push({ local: uri.fsPath, place, path: joinWirePath(place.dir, basename(uri.fsPath).normalize('NFC')) });
      }
    }
    return paired;
  }
  const { place, path } = await serverFolderFor(services, subject);
  const chosen = await vscode.window.showOpenDialog({
    title: l10n.t('Upload to {0}', path ?? place.label),
    openLabel: l10n.t('Upload'),
    canSelectFiles: kind === 'files',
    canSelectFolders: kind === 'folder',
    canSelectMany: true,
  });
  if (!chosen) throw new SynclineError('Cancelled');
  return chosen.map(({ fsPath }) => ({
    local: fsPath,
    place,
    path: joinWirePath(path, basename(fsPath).normalize('NFC')),
  }));
}

/** What is uploaded is what the person sees. */
async function saveIfDirty(uri: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open?.isDirty && !(await open.save()))
    throw new SynclineError('Usage', l10n.t('“{0}” could not be saved first.', basename(uri.fsPath)));
}

/** The counterpart in the workspace; for what has none, where the person wants it. */
async function destinationOf(
  { targets }: Services,
  { place, path }: { place: ServerAddress; path: WirePath },
): Promise<string> {
  const paired = targets.ofServerPath(place, path);
  if (paired) return paired.file;
  const folder = localFolders()[0]?.uri;
  const start = folder && vscode.Uri.joinPath(folder, nameOf(path));
  const chosen = await vscode.window.showSaveDialog({
    title: l10n.t('Download “{0}” to', nameOf(path)),
    ...(start && { defaultUri: start }),
  });
  if (!chosen) throw new SynclineError('Cancelled');
  return chosen.fsPath;
}

function watch(progress: TaskProgress): { onTotal(bytes: number): void; onProgress(bytes: number): void } {
  let total = 0;
  let done = 0;
  return {
    onTotal: (bytes) => (total += bytes),
    onProgress: (bytes) => progress.bytes((done += bytes), Math.max(total, done)),
  };
}

function optionsOf(args: readonly unknown[]): TransferOptions {
  const [, , options] = args;
  if (typeof options !== 'object' || options === null) return {};
  const { replace, into } = options as { readonly replace?: unknown; readonly into?: ServerFolder };
  return { replace: replace === true, ...(into && { into }) };
}

function subjectText(items: readonly { readonly path: WirePath | undefined }[]): string {
  const [first] = items;
  return items.length === 1 && first?.path !== undefined ? `“${nameOf(first.path)}”` : countText(items.length, 'item');
}
