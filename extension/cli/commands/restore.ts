import { printable } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { parseRevision } from '../numbers.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface RestoreOptions extends ServerOptions {
  readonly to?: string;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(
    command
      .argument('<path>', 'the file')
      .argument('<rev>', 'revision of the version, from “syncline history”', parseRevision),
  )
    .option('--to <path>', 'put it elsewhere instead of where it was')
    .addHelpText(
      'after',
      WHAT + examples('syncline restore notes.txt 17', 'syncline restore notes.txt 17 --to notes.old.txt'),
    )
    .action((path: string, rev: number, options: RestoreOptions) =>
      withServer(cli, options, (session) => restore(cli, session, path, rev, options)),
    );
};

const WHAT = `
Restoring is a change like any other: what is there now goes to the history.
`;

async function restore(
  { out, signal }: Cli,
  { files }: ServerSession,
  text: string,
  rev: number,
  { to }: RestoreOptions,
): Promise<void> {
  const path = files.resolveBelow(text);
  const target = to === undefined ? path : files.resolveBelow(to);
  const there = await files.find(target, { signal });
  const now = await files.restore(path, rev, to === undefined ? undefined : target, there?.entry ?? null, { signal });
  const shown = files.shown(target);
  out.result({ event: 'restored', path: shown, from: rev, rev: now }, `${printable(shown)}: version ${rev} restored`);
}
