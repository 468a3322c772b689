import { SynclineError } from '../../server/protocol/errors.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { printable, type WirePath } from '../../server/protocol/wirePath.ts';
import type { Moment, PastState } from '../connect/remoteFiles.ts';
import { carryOut } from '../connect/undo/carryOut.ts';
import { brakeOnRestore, type RestorePlan } from '../connect/undo/planRestore.ts';
import { prepareRestore } from '../connect/undo/prepareRestore.ts';
import { askYes } from './askYes.ts';
import type { Cli } from './cli.ts';
import { isoTime } from './entryText.ts';
import { EXIT } from './exitStatus.ts';
import { formatTime, grouped, plural } from './output/format.ts';
import type { ServerSession } from './serverSession.ts';
import { operationEvent, operationText, tellProblems } from './syncText.ts';

export interface RestoreAtOptions {
  readonly at: Moment;
  readonly to?: string;
  readonly keepNew?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Makes a file or folder what it was at a moment, or shows what that would take. */
export async function restoreAt(
  cli: Cli,
  { files }: ServerSession,
  text: string,
  { at, to, keepNew = false, dryRun = false, yes = false }: RestoreAtOptions,
): Promise<void> {
  const { out, signal } = cli;
  const path = files.resolve(text);
  const target = to === undefined ? path : files.resolveBelow(to);
  const { state, plan, present } = await prepareRestore(files, path, at, { to: target, keepNew, signal });
  const shownOperation = (operation: Operation): Operation =>
    operation.kind === 'rename' ? operation : { ...operation, path: files.shown(operation.path) as WirePath };
  const shown = target === undefined ? '.' : files.shown(target);
  const tell = (event: 'planned' | 'applied', operations: readonly Operation[]): void => {
    for (const operation of operations.map(shownOperation))
      out.result(operationEvent(event, { side: 'remote', operation }), operationText({ side: 'remote', operation }));
  };
  const lost = lostProblems(plan, (each) => files.shown(each));
  const result = (counts: object): object => ({
    event: 'restored',
    path: shown,
    at: { rev: state.rev, time: isoTime(state.at) },
    ...counts,
  });
  if (dryRun) {
    tell('planned', plan.operations);
    tellProblems(out, lost);
    const counts = { ...countsOf(plan.operations), problems: lost.length, rev: null, dryRun: true };
    out.result(result(counts), `Dry run: ${summary(plan.operations, lost.length)}. Nothing was changed.`);
  } else {
    await brake(cli, plan, present, yes);
    const { done, rev, problems } = await carryOut(files, plan.operations, { signal });
    tell('applied', done);
    const shownProblems = problems.map((each) => ({ ...each, path: files.shown(each.path as WirePath) }));
    tellProblems(out, [...lost, ...shownProblems]);
    const remaining = lost.length + problems.length;
    const line = `${printable(shown)}: as it was at ${describe(state)}; ${summary(done, remaining)}`;
    out.result(result({ ...countsOf(done), problems: remaining, rev }), line);
    if (problems.length > 0) cli.exitWith(EXIT.remaining);
  }
  if (lost.length > 0) cli.exitWith(EXIT.remaining);
}

async function brake(cli: Cli, plan: RestorePlan, of: number, yes: boolean): Promise<void> {
  const message = brakeOnRestore(plan, of);
  if (message === null || yes || (await askYes(cli, message, cli.signal))) return;
  throw new SynclineError(
    'BrakeStopped',
    `${message} Nothing was changed; --yes lets it go on, --keep-new leaves them.`,
  );
}

const describe = ({ rev, at }: PastState): string =>
  at === null ? `revision ${rev}` : `${formatTime(at)} (revision ${rev})`;

function lostProblems({ lost }: RestorePlan, shown: (path: WirePath) => string): Problem[] {
  const message = 'What it held then is not in the history any more; what is there now stays.';
  return lost.map((path) => ({ path: shown(path), code: 'ContentGone', message }));
}

const countsOf = (operations: readonly Operation[]): { restored: number; deleted: number } => {
  const deleted = operations.filter(({ kind }) => kind === 'delete').length;
  return { restored: operations.length - deleted, deleted };
};

function summary(operations: readonly Operation[], problems: number): string {
  const { restored, deleted } = countsOf(operations);
  const parts = [
    ...(restored > 0 ? [`${grouped(restored)} restored`] : []),
    ...(deleted > 0 ? [`${grouped(deleted)} deleted`] : []),
    ...(problems > 0 ? [plural(problems, 'problem')] : []),
  ];
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}
