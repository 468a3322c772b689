import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { nameOf, printable } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { rowObject } from '../entryText.ts';
import { formatTime, grouped } from '../output/format.ts';
import { alignRows } from '../output/table.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface LsOptions extends ServerOptions {
  readonly long?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[path]', 'folder or file on the server', '.'))
    .option('-l, --long', 'show kind, size and time of change')
    .addHelpText(
      'after',
      examples('syncline ls', 'syncline ls -l src', 'syncline ls --json --server ws://host:4848/files/docs'),
    )
    .action((path: string, options: LsOptions) =>
      withServer(cli, options, (session) => list(cli, session, path, options)),
    );
};

async function list(cli: Cli, { files }: ServerSession, text: string, options: LsOptions): Promise<void> {
  const { signal } = cli;
  const path = files.resolve(text);
  const found = path === undefined ? null : await files.stat(path, { signal });
  if (found && found.entry.kind !== 'directory') return show(cli, [found], files.shown(found.path), options);
  for await (const rows of files.list(path, { signal })) show(cli, rows, undefined, options);
}

function show({ out }: Cli, rows: readonly ListRow[], name: string | undefined, options: LsOptions): void {
  const shown = (row: ListRow): string => name ?? nameOf(row.path);
  if (out.json) return rows.forEach((row) => out.event(rowObject(row, shown(row))));
  const printed = (row: ListRow): string => {
    const text = printable(shown(row));
    return row.entry.kind === 'directory' ? out.style('blue', text) : text;
  };
  if (!options.long) return rows.forEach((row) => out.line(printed(row)));
  const columns = [{ title: '' }, { title: '', align: 'right' }, { title: '' }] as const;
  const cells = alignRows(
    columns,
    rows.map(({ entry, modifiedAt }) => [KINDS[kindOf(entry)], sizeOf(entry), formatTime(modifiedAt)]),
  );
  rows.forEach((row, at) => {
    const arrow = row.entry.kind === 'link' ? ` -> ${printable(row.entry.target)}` : '';
    out.line(`${cells[at]}  ${printed(row)}${arrow}`);
  });
}

const KINDS = { directory: 'folder', link: 'link', file: 'file', executable: 'program' } as const;

const kindOf = (entry: ListRow['entry']): keyof typeof KINDS =>
  entry.kind === 'file' && entry.executable ? 'executable' : entry.kind;

const sizeOf = (entry: ListRow['entry']): string => (entry.kind === 'file' ? grouped(entry.size) : '');
