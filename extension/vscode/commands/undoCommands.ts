import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { nameOf } from '../../../server/protocol/wirePath.ts';
import type { Moment, PastState, RemoteFiles } from '../../connect/remoteFiles.ts';
import { carryOut } from '../../connect/undo/carryOut.ts';
import { brakeOnRestore } from '../../connect/undo/planRestore.ts';
import { pointsInTime } from '../../connect/undo/pointsInTime.ts';
import { type PreparedRestore, prepareRestore } from '../../connect/undo/prepareRestore.ts';
import { readMoment } from '../../connect/undo/readMoment.ts';
import { pointLine, restoreDetail } from '../files/pointText.ts';
import { withProgress } from '../messages/progress.ts';
import type { CommandHandlers } from './commandIds.ts';
import { askOne, askText } from './input.ts';
import { filesOf } from './pickServer.ts';
import type { Services } from './services.ts';
import { type ServerFolder, serverScopeFor } from './subject.ts';

/** So many versions are looked through for points in time. */
const VERSIONS = 2000;

/** Making a file or a folder what it was at a time. */
export function undoCommands(services: Services): Pick<CommandHandlers, 'restoreAt'> {
  const { servers, messenger } = services;
  return {
    /**
     * `moment`: a revision, or a time as text; with it nothing is asked unless much would be deleted. `options.keepNew`: what
     * was not there then stays. Returns how many entries came back and were deleted, and what could not be done.
     */
    async restoreAt(subject, moment, options) {
      const scope = await serverScopeFor(services, subject, l10n.t('Restore As It Was'));
      const given = givenMoment(moment);
      const at = given ?? (await askMoment(await filesOf(servers, scope.place), scope));
      return restore(scope, at, { asks: given === undefined, keepNew: isKeepNew(options) });
    },
  };

  async function restore(
    scope: ServerFolder,
    at: Moment,
    { asks, keepNew }: { readonly asks: boolean; readonly keepNew: boolean },
  ): Promise<Restored> {
    const { place, path } = scope;
    const files = await filesOf(servers, place);
    const name = path === undefined ? place.label : nameOf(path);
    const look = (leaveNew: boolean): Promise<PreparedRestore> =>
      withProgress(l10n.t('Looking at “{0}” as it was', name), (signal) =>
        prepareRestore(files, path, at, { keepNew: leaveNew, signal }),
      );
    const found = await look(keepNew);
    const { state, plan, present } = found;
    if (plan.operations.length === 0 && plan.lost.length === 0) {
      messenger.inform(l10n.t('“{0}” is as it was {1}.', name, whenText(state)));
      return { restored: 0, deleted: 0, problems: [] };
    }
    const isQuestion = asks || brakeOnRestore(plan, present) !== null;
    const answer = isQuestion
      ? await askHow(l10n.t('Restore “{0}” as it was {1}?', name, whenText(state)), found)
      : RESTORE;
    return carryOutNow(answer === KEEP_NEW ? await look(true) : found, files, name, scope);
  }

  async function carryOutNow(
    { state, plan }: PreparedRestore,
    files: RemoteFiles,
    name: string,
    scope: ServerFolder,
  ): Promise<Restored> {
    const { done, before, problems } = await withProgress(l10n.t('Restoring “{0}”', name), (signal) =>
      carryOut(files, plan.operations, { signal }),
    );
    const failures = [
      ...plan.lost.map((path) => ({ subject: path as string, message: l10n.t('It is not in the history any more.') })),
      ...problems.map(({ path, message }) => ({ subject: path, message })),
    ];
    messenger.reportBatch('restore', failures, plan.operations.length + plan.lost.length);
    const undo = (): void =>
      void restore(scope, { rev: before ?? 0 }, { asks: false, keepNew: false }).catch((error: unknown) =>
        messenger.report(l10n.t('undo the restore'), error),
      );
    const offers = before === null ? [] : [{ label: l10n.t('Undo'), run: undo }];
    if (done.length > 0) messenger.inform(l10n.t('Restored “{0}” as it was {1}.', name, whenText(state)), ...offers);
    const deleted = done.filter(({ kind }) => kind === 'delete').length;
    return { restored: done.length - deleted, deleted, problems: failures.map(({ subject }) => subject) };
  }
}

interface Restored {
  readonly restored: number;
  readonly deleted: number;
  /** Paths that could not be had back. */
  readonly problems: readonly string[];
}

const RESTORE = l10n.t('Restore');
const KEEP_NEW = l10n.t('Restore, Keep What Is New');

/** @throws SynclineError `Cancelled` */
async function askHow(question: string, { plan }: PreparedRestore): Promise<string> {
  const answers = plan.deletions > 0 ? [RESTORE, KEEP_NEW] : [RESTORE];
  const options = { modal: true, detail: restoreDetail(plan) };
  const answer = await vscode.window.showWarningMessage(question, options, ...answers);
  if (answer === undefined) throw new SynclineError('Cancelled');
  return answer;
}

/** Where the history of the path changes, or whatever else a person types. @throws SynclineError `Cancelled` */
async function askMoment(files: RemoteFiles, { path }: ServerFolder): Promise<Moment> {
  const points = pointsInTime(await files.history({ path, below: true, limit: VERSIONS }));
  const items = points.map((point) => ({ ...pointLine(point), rev: point.rev as number | undefined }));
  const other = { label: l10n.t('$(watch) Another Time or Revision…'), description: '', detail: '', rev: undefined };
  const title = `Syncline: Restore ${path === undefined ? l10n.t('the Share') : `“${nameOf(path)}”`} As It Was`;
  const { rev } = await askOne([...items, other], { title, placeHolder: l10n.t('As it was when?') });
  if (rev !== undefined) return { rev };
  const text = await askText({
    title,
    prompt: l10n.t('A revision, a time on the server, or how long ago'),
    placeHolder: l10n.t('10 minutes ago'),
    check: (typed) => (readMoment(typed) ? undefined : l10n.t('For example: 2026-11-25 14:03, 10 minutes ago, 240')),
  });
  return readMoment(text) as Moment;
}

/** @throws SynclineError `Usage` for a text that is no moment */
function givenMoment(moment: unknown): Moment | undefined {
  if (typeof moment === 'number') return { rev: moment };
  if (typeof moment !== 'string') return undefined;
  const read = readMoment(moment);
  if (!read) throw new SynclineError('Usage', l10n.t('“{0}” is no time and no revision.', moment));
  return read;
}

const isKeepNew = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'keepNew' in options && options.keepNew === true;

const whenText = ({ rev, at }: PastState): string =>
  at === null ? l10n.t('at revision {0}', rev) : l10n.t('on {0}', new Date(at).toLocaleString());
