import * as files from '../../../server/protocol/messages/files.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { describeEntry, isoTime } from '../entryText.ts';
import { parseCount } from '../numbers.ts';
import { formatTime } from '../output/format.ts';
import { table } from '../output/table.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface HistoryOptions extends ServerOptions {
  readonly limit: number;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[path]', 'a file, or a folder for everything below it', '.'))
    .option('-n, --limit <count>', 'at most so many, the newest', parseCount, 50)
    .addHelpText(
      'after',
      examples('syncline history notes.txt', 'syncline history src -n 10', 'syncline restore notes.txt 17'),
    )
    .action((path: string, options: HistoryOptions) =>
      withServer(cli, options, (session) => show(cli, session, path, options)),
    );
};

async function show(cli: Cli, session: ServerSession, text: string, { limit }: HistoryOptions): Promise<void> {
  const { out } = cli;
  const versions = await newest(cli, session, text, limit);
  const shown = (version: files.Version): string => session.files.shown(version.path);
  if (out.json) {
    return versions.forEach((each) => out.event({ ...each, path: shown(each), at: isoTime(each.at) }));
  }
  if (versions.length === 0) return out.note('There are no earlier versions.');
  const columns = [
    { title: 'REV', align: 'right' },
    { title: 'UNTIL' },
    { title: 'WHY' },
    { title: 'BY' },
    { title: 'WHAT' },
    { title: 'PATH' },
  ] as const;
  const rows = versions.map((each) => [
    String(each.rev),
    formatTime(each.at),
    each.reason,
    printable(each.by),
    describeEntry(each.entry),
    printable(shown(each)),
  ]);
  for (const line of table(columns, rows)) out.line(line);
}

async function newest(
  { signal }: Cli,
  { client, address, files: remote }: ServerSession,
  text: string,
  limit: number,
): Promise<files.Version[]> {
  const path = remote.resolve(text);
  const found = path === undefined ? null : await remote.find(path, { signal });
  const below = path === undefined || found?.entry.kind === 'directory';
  const versions: files.Version[] = [];
  let before: number | undefined;
  while (versions.length < limit) {
    const page = await client.request(
      files.history,
      { share: address.share, path, below, before, limit: Math.min(1000, limit - versions.length) },
      { signal },
    );
    versions.push(...page.versions);
    before = page.versions.at(-1)?.rev;
    if (!page.more || before === undefined) break;
  }
  return versions;
}
