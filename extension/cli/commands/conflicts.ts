import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { storedConflicts } from '../../sync/base/storedConflicts.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { describeEntry } from '../entryText.ts';
import { EXIT } from '../exitStatus.ts';
import { readTarget, type Target, type TargetOptions, withTarget, withTargetOptions } from '../targetSession.ts';
import type { Entry } from '../../../server/protocol/entry.ts';

export const define: DefineCommand = (command, cli) => {
  withTargetOptions(command)
    .addHelpText('after', WHAT + examples('syncline conflicts ./work ws://127.0.0.1:4848/files'))
    .action(async (local: string, target: string, options: TargetOptions) => {
      const place = readTarget(cli, local, target);
      const conflicts = await find(cli, place, options);
      tell(cli, conflicts, `syncline resolve ${local} ${target}`);
    });
};

const WHAT = `
What both sides changed since they last agreed: the state they agreed on (base), what is here (mine) and what the
server has (theirs). Exit status 1 while there are any.
`;

/** As of now; while another process syncs the target, as of its last look. */
async function find(cli: Cli, place: Target, options: TargetOptions): Promise<readonly Conflict[]> {
  try {
    return await withTarget(
      cli,
      place,
      options,
      async ({ sync }) => (await sync.plan({ signal: cli.signal })).conflicts,
    );
  } catch (error) {
    if (error instanceof SynclineError && error.code === 'TargetBusy') return storedConflicts(place.stateDirectory);
    throw error;
  }
}

function tell({ out, exitWith }: Cli, conflicts: readonly Conflict[], resolve: string): void {
  if (conflicts.length === 0) return out.note('There are no conflicts.');
  exitWith(EXIT.remaining);
  for (const { path, base, mine, theirs } of conflicts) {
    const sides = [`  base    ${side(base)}`, `  mine    ${side(mine)}`, `  theirs  ${side(theirs)}`];
    out.result({ event: 'conflict', path, base, mine, theirs }, [printable(path), ...sides]);
  }
  const [first] = conflicts;
  if (first) out.line(`\nDecide with: ${resolve} ${quoted(first.path)} --keep mine|theirs|both|merge`);
}

const side = (entry: Entry | null): string =>
  `${describeEntry(entry)}${entry?.kind === 'file' ? `  ${entry.content.slice(0, 12)}` : ''}`;

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
