import { printable } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { rowObject } from '../entryText.ts';
import { formatTime, grouped } from '../output/format.ts';
import { alignRows } from '../output/table.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<path>', 'file, folder or link on the server'))
    .addHelpText('after', examples('syncline stat src/main.ts', 'syncline stat src/main.ts --json'))
    .action((path: string, options: ServerOptions) => withServer(cli, options, (session) => show(cli, session, path)));
};

async function show({ out, signal }: Cli, { files }: ServerSession, text: string): Promise<void> {
  const row = await files.stat(files.resolveBelow(text), { signal });
  const { path, entry, rev, modifiedAt } = row;
  const lines: [string, string][] = [
    ['path', printable(files.shown(path))],
    ['kind', entry.kind === 'directory' ? 'folder' : entry.kind],
    ...(entry.kind === 'file'
      ? ([
          ['size', `${grouped(entry.size)} bytes`],
          ['content', entry.content],
          ['executable', entry.executable ? 'yes' : 'no'],
        ] satisfies [string, string][])
      : []),
    ...(entry.kind === 'link' ? ([['leads to', printable(entry.target)]] satisfies [string, string][]) : []),
    ['revision', String(rev)],
    ['changed', formatTime(modifiedAt)],
  ];
  out.result(rowObject(row, files.shown(path)), alignRows([{ title: '' }, { title: '' }], lines));
}
