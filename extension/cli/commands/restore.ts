import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Moment } from '../../connect/remoteFiles.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { parseRevision } from '../numbers.ts';
import { parseMoment } from '../parseMoment.ts';
import { type RestoreAtOptions, restoreAt } from '../restoreAt.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface RestoreOptions extends ServerOptions, Omit<RestoreAtOptions, 'at'> {
  readonly at?: Moment;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(
    command
      .argument('<path>', 'a file, or with --at also a folder; it may be gone')
      .argument('[rev]', 'revision of one version of a file, from “syncline history”', parseRevision),
  )
    .option('--at <moment>', 'as it was then: a revision, a time, or how long ago', parseMoment)
    .option('--to <path>', 'put it elsewhere instead of where it was')
    .option('--keep-new', 'with --at: leave what was not there then')
    .option('--dry-run', 'with --at: only show what would be done')
    .option('-y, --yes', 'with --at: do not ask, however much would be deleted')
    .addHelpText(
      'after',
      WHAT +
        examples(
          'syncline restore notes.txt 17',
          'syncline restore notes.txt --at "10 minutes ago"',
          'syncline restore src --at 2026-11-25T14:03 --dry-run',
          'syncline restore src --at 240 --to src.before',
        ),
    )
    .action((path: string, rev: number | undefined, options: RestoreOptions) =>
      withServer(cli, options, (session) => restore(cli, session, path, rev, options)),
    );
};

const WHAT = `
Restoring is a change like any other: what is there now goes to the history. A REV names the version that this revision
replaced or deleted; --at 17 means the state after revision 17. A folder becomes exactly what it was, with what was renamed
or deleted since; files that were not there then are deleted, unless --keep-new is given. Times are the server's.
Exit status: 1 when something could not be had back, 4 when more than half would be deleted and nobody said --yes.
`;

async function restore(
  cli: Cli,
  session: ServerSession,
  text: string,
  rev: number | undefined,
  { at, ...options }: RestoreOptions,
): Promise<void> {
  if ((rev === undefined) === (at === undefined))
    throw new SynclineError('Usage', 'Which version? Give a revision from “syncline history”, or --at with a time.');
  if (at !== undefined) return restoreAt(cli, session, text, { ...options, at });
  if (options.dryRun || options.keepNew) throw new SynclineError('Usage', '--dry-run and --keep-new go with --at.');
  await restoreVersion(cli, session, text, rev as number, options.to);
}

async function restoreVersion(
  { out, signal }: Cli,
  { files }: ServerSession,
  text: string,
  rev: number,
  to: string | undefined,
): Promise<void> {
  const path = files.resolveBelow(text);
  const target = to === undefined ? path : files.resolveBelow(to);
  const there = await files.find(target, { signal });
  const now = await files.restore(path, rev, to === undefined ? undefined : target, there?.entry ?? null, { signal });
  const shown = files.shown(target);
  out.result({ event: 'restored', path: shown, from: rev, rev: now }, `${printable(shown)}: version ${rev} restored`);
}
