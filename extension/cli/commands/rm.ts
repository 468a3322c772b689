import { printable } from '../../../server/protocol/wirePath.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { EXIT } from '../exitStatus.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface RmOptions extends ServerOptions {
  readonly recursive?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<path...>', 'files or folders on the server'))
    .option('-r, --recursive', 'delete folders with everything in them')
    .addHelpText('after', WHAT + examples('syncline rm old.txt older.txt', 'syncline rm -r build'))
    .action((paths: string[], options: RmOptions) =>
      withServer(cli, options, (session) => remove(cli, session, paths, options)),
    );
};

const WHAT = `
What is deleted stays in the server's history: see “syncline history” and “syncline restore”.
`;

/** All paths are looked at before anything is deleted; then each is deleted on its own. */
async function remove(
  { out, signal, exitWith }: Cli,
  { files }: ServerSession,
  texts: readonly string[],
  { recursive = false }: RmOptions,
): Promise<void> {
  const paths = texts.map((text) => files.resolveBelow(text));
  const rows = await Promise.all(paths.map((path) => files.stat(path, { signal })));
  for (const { path, entry } of rows) {
    if (entry.kind === 'directory' && !recursive) {
      const why = `“${printable(files.shown(path))}” is a folder; add -r to delete it with everything in it. Nothing was deleted.`;
      throw new SynclineError('NotAFile', why);
    }
  }
  for (const { path, entry } of rows) {
    try {
      const rev = await files.remove(path, entry, recursive, { signal });
      out.result({ event: 'deleted', path: files.shown(path), rev }, `${printable(files.shown(path))}: deleted`);
    } catch (error) {
      if (rows.length === 1 || !isOfOnePath(error)) throw error;
      out.error(error);
      exitWith(EXIT.remaining);
    }
  }
}

/** Whether the other paths can still be tried. */
const isOfOnePath = (error: unknown): boolean => error instanceof SynclineError && error.data.path !== undefined;
