import { nameOf, printable } from '../../../server/protocol/wirePath.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface MvOptions extends ServerOptions {
  readonly force?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<from>', 'file or folder on the server').argument('<to>', 'its new path'))
    .option('-f, --force', 'replace a file that is there; it stays in the history')
    .addHelpText(
      'after',
      WHAT +
        examples(
          'syncline mv notes.txt archive/notes.txt',
          'syncline mv notes.txt archive/',
          'syncline mv readme.md README.md',
        ),
    )
    .action((from: string, to: string, options: MvOptions) =>
      withServer(cli, options, (session) => move(cli, session, from, to, options)),
    );
};

const WHAT = `
A path that ends in “/” names the folder to move it into. A folder moves with everything in it, in one step.
`;

async function move(
  { out, signal }: Cli,
  { files }: ServerSession,
  from: string,
  to: string,
  { force }: MvOptions,
): Promise<void> {
  const source = files.resolveBelow(from);
  const target = files.resolveBelow(to.endsWith('/') ? `${to}${nameOf(source)}` : to);
  const [moved, there] = await Promise.all([files.stat(source, { signal }), files.find(target, { signal })]);
  if (there && (!force || there.entry.kind === 'directory')) {
    const hint =
      there.entry.kind === 'directory'
        ? 'End the path in “/” to move it into that folder.'
        : 'Add --force to replace it.';
    throw new SynclineError(
      'AlreadyExists',
      `“${printable(files.shown(target))}” exists already; nothing was moved. ${hint}`,
    );
  }
  const rev = await files.rename(source, target, moved.entry, there?.entry ?? null, { signal });
  const [a, b] = [files.shown(source), files.shown(target)];
  out.result({ event: 'renamed', from: a, to: b, rev }, `${printable(a)} -> ${printable(b)}`);
}
