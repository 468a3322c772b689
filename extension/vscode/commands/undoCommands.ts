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
      const scope = await serverScopeFor(services, subject, 'Restore As It Was');
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
      withProgress(`Looking at “${name}” as it was`, (signal) =>
        prepareRestore(files, path, at, { keepNew: leaveNew, signal }),
      );
    const found = await look(keepNew);
    const { state, plan, present } = found;
    if (plan.operations.length === 0 && plan.lost.length === 0) {
      messenger.inform(`“${name}” is as it was ${whenText(state)}.`);
      return { restored: 0, deleted: 0, problems: [] };
    }
    const isQuestion = asks || brakeOnRestore(plan, present) !== null;
    const answer = isQuestion ? await askHow(`Restore “${name}” as it was ${whenText(state)}?`, found) : RESTORE;
    return carryOutNow(answer === KEEP_NEW ? await look(true) : found, files, name, scope);
  }

  async function carryOutNow(
    { state, plan }: PreparedRestore,
    files: RemoteFiles,
    name: string,
    scope: ServerFolder,
  ): Promise<Restored> {
    const { done, before, problems } = await withProgress(`Restoring “${name}”`, (signal) =>
      carryOut(files, plan.operations, { signal }),
    );
    const failures = [
      ...plan.lost.map((path) => ({ subject: path as string, message: 'It is not in the history any more.' })),
      ...problems.map(({ path, message }) => ({ subject: path, message })),
    ];
    messenger.reportBatch('restore', failures, plan.operations.length + plan.lost.length);
    const undo = (): void =>
      void restore(scope, { rev: before ?? 0 }, { asks: false, keepNew: false }).catch((error: unknown) =>
        messenger.report('undo the restore', error),
      );
    const offers = before === null ? [] : [{ label: 'Undo', run: undo }];
    if (done.length > 0) messenger.inform(`Restored “${name}” as it was ${whenText(state)}.`, ...offers);
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

const RESTORE = 'Restore';
const KEEP_NEW = 'Restore, Keep What Is New';

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
  const other = { label: '$(watch) Another Time or Revision…', description: '', detail: '', rev: undefined };
  const title = `Syncline: Restore ${path === undefined ? 'the Share' : `“${nameOf(path)}”`} As It Was`;
  const { rev } = await askOne([...items, other], { title, placeHolder: 'As it was when?' });
  if (rev !== undefined) return { rev };
  const text = await askText({
    title,
    prompt: 'A revision, a time on the server, or how long ago',
    placeHolder: '10 minutes ago',
    check: (typed) => (readMoment(typed) ? undefined : 'For example: 2026-11-25 14:03, 10 minutes ago, 240'),
  });
  return readMoment(text) as Moment;
}

/** @throws SynclineError `Usage` for a text that is no moment */
function givenMoment(moment: unknown): Moment | undefined {
  if (typeof moment === 'number') return { rev: moment };
  if (typeof moment !== 'string') return undefined;
  const read = readMoment(moment);
  if (!read) throw new SynclineError('Usage', `“${moment}” is no time and no revision.`);
  return read;
}

const isKeepNew = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'keepNew' in options && options.keepNew === true;

const whenText = ({ rev, at }: PastState): string =>
  at === null ? `at revision ${rev}` : `on ${new Date(at).toLocaleString()}`;
