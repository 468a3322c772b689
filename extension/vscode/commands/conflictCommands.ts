import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { FileEntry } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import { type ConflictRow, conflictRows, isConflictRow } from '../conflicts/conflictsTree.ts';
import type { Choice } from '../../sync/reconcile/conflict.ts';
import { conflictWords } from '../conflicts/conflictText.ts';
import { openMergeEditor } from '../conflicts/mergeEditor.ts';
import { EMPTY_DOCUMENT } from '../files/emptyDocument.ts';
import { toLocal, toServer } from '../files/pairing.ts';
import { contentUri } from '../files/serverFileSystem.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne } from './input.ts';
import type { Services } from './services.ts';

type Names = 'resolveConflict' | 'openConflict' | 'keepMine' | 'keepTheirs' | 'keepBoth' | 'mergeConflict';

/** Deciding about what both sides changed. Whatever loses is kept: in the server's history, or as a safety copy here. */
export function conflictCommands(services: Services): Pick<CommandHandlers, Names> {
  const { targets, messenger } = services;

  async function resolve(row: ConflictRow, choice: Choice): Promise<string> {
    const { path } = row.conflict;
    await row.target.resolve(path, choice);
    vscode.window.setStatusBarMessage(l10n.t('$(check) “{0}”: {1}', nameOf(path), KEPT[choice]), 5000);
    return path;
  }

  /** By itself where the edits do not overlap; else in the merge editor, or beside each other where there is none. */
  async function merge(row: ConflictRow): Promise<string | undefined> {
    try {
      return await resolve(row, 'merge');
    } catch (error) {
      const { code, message } = SynclineError.from(error);
      if (code !== 'CannotMerge') throw error;
      const isOpen = await openMerge(services, row, () => offerMerged(row));
      if (!isOpen) {
        messenger.inform(message);
        await openDifferences(row);
      }
      return undefined;
    }
  }

  function offerMerged(row: ConflictRow): void {
    const use = (): void =>
      void resolveSaved(row).catch((error: unknown) => messenger.report(l10n.t('resolve the conflict'), error));
    const text = l10n.t('“{0}” was merged here. Use the result on the server, too?', nameOf(row.conflict.path));
    messenger.inform(text, { label: l10n.t('Use Merged'), run: use });
  }

  /** The file has been saved since the conflict was listed; the first attempt may only find that out. */
  async function resolveSaved(row: ConflictRow): Promise<void> {
    try {
      await resolve(row, 'mine');
    } catch (error) {
      if (SynclineError.from(error).code !== 'Changed') throw error;
      await resolve(row, 'mine');
    }
  }

  const keep = (choice: Choice) => async (subject: unknown) => resolve(await conflictFor(services, subject), choice);

  return {
    keepMine: keep('mine'),
    keepTheirs: keep('theirs'),
    keepBoth: keep('both'),

    async mergeConflict(subject) {
      return merge(await conflictFor(services, subject));
    },

    async openConflict(subject) {
      await openDifferences(await conflictFor(services, subject));
    },

    async resolveConflict(subject, choice) {
      if (conflictRows(targets).length === 0) {
        messenger.inform(l10n.t('There are no conflicts.'));
        return undefined;
      }
      const row = await conflictFor(services, subject);
      if (choice === 'mine' || choice === 'theirs' || choice === 'both') return resolve(row, choice);
      if (choice === 'merge') return merge(row);
      const { run } = await askOne(
        [
          item(
            l10n.t('Keep Mine'),
            l10n.t('The server takes what is here; its own goes to the history'),
            'device-desktop',
            () => resolve(row, 'mine'),
          ),
          item(
            l10n.t('Keep Theirs'),
            l10n.t('What the server has comes here; a safety copy of yours is kept'),
            'server',
            () => resolve(row, 'theirs'),
          ),
          item(l10n.t('Keep Both'), l10n.t('Both stay, under two names'), 'files', () => resolve(row, 'both')),
          item(l10n.t('Merge'), l10n.t('The edits of both; where they overlap you decide'), 'git-merge', () =>
            merge(row),
          ),
          item(l10n.t('Open Differences'), l10n.t('Look at both sides first'), 'diff', () => openDifferences(row)),
        ],
        { title: `Syncline: ${row.conflict.path}`, placeHolder: conflictWords(row.conflict) },
      );
      return run();
    },
  };
}

const KEPT: Readonly<Record<Choice, string>> = {
  mine: l10n.t('kept mine'),
  theirs: l10n.t('kept theirs'),
  both: l10n.t('kept both'),
  merge: l10n.t('merged'),
};

const item = (label: string, detail: string, icon: string, run: () => Promise<unknown>) => ({
  label,
  detail,
  iconPath: new vscode.ThemeIcon(icon),
  run,
});

/** The conflict of a row, of a local file, or of a path in the share; the only one there is; or the one that is picked. */
async function conflictFor({ targets }: Services, subject: unknown): Promise<ConflictRow> {
  const rows = conflictRows(targets);
  if (isConflictRow(subject)) return subject;
  const file = subject ?? vscode.window.activeTextEditor?.document.uri;
  const found = rows.find(({ target, conflict }) =>
    file instanceof vscode.Uri
      ? toLocal({ root: target.folder.path }, conflict.path) === file.fsPath
      : conflict.path === file,
  );
  if (found) return found;
  const [only] = rows;
  if (!only || typeof subject === 'string') throw new SynclineError('NotFound', l10n.t('There is no such conflict.'));
  if (rows.length === 1) return only;
  const items = rows.map((row) => ({ label: row.conflict.path, description: conflictWords(row.conflict), row }));
  return (await askOne(items, { title: l10n.t('Syncline: Resolve Conflict'), placeHolder: l10n.t('Which one?') })).row;
}

/** False where there is no merge editor, or nothing to merge from. */
async function openMerge(
  { stateHome }: Services,
  { target, conflict }: ConflictRow,
  onMerged: () => void,
): Promise<boolean> {
  const { base, mine, theirs } = conflict;
  const local = toLocal({ root: target.folder.path }, conflict.path);
  if (base?.kind !== 'file' || mine?.kind !== 'file' || theirs?.kind !== 'file' || local === null) return false;
  const { url, share, dir } = target.address;
  const path = toServer({ root: target.folder.path, dir }, local) ?? undefined;
  const of = (entry: FileEntry): vscode.Uri => contentUri({ url, share, path }, entry);
  // both sides may have been changed by programs of which the server knows nothing; then it has no base any more
  const hasBase = await vscode.workspace.fs.readFile(of(base)).then(
    () => true,
    () => false,
  );
  if (!hasBase) return false;
  const view = { path: conflict.path, base: of(base), theirs: of(theirs), local: vscode.Uri.file(local), mine };
  return openMergeEditor({ ...view, folder: join(stateHome, 'merge') }, onMerged);
}

async function openDifferences({ target, conflict }: ConflictRow): Promise<void> {
  const { theirs } = conflict;
  const { url, share, dir } = target.address;
  const local = toLocal({ root: target.folder.path }, conflict.path);
  if (local === null) return;
  const path = toServer({ root: target.folder.path, dir }, local) ?? undefined;
  const left = theirs?.kind === 'file' ? contentUri({ url, share, path }, theirs) : EMPTY_DOCUMENT;
  const right = existsSync(local) ? vscode.Uri.file(local) : EMPTY_DOCUMENT;
  await vscode.commands.executeCommand(
    'vscode.diff',
    left,
    right,
    l10n.t('{0} (theirs ↔ mine)', nameOf(conflict.path)),
  );
}
