import type { Version } from '../../../server/protocol/messages/files.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { type PointInTime, pointsInTime } from '../../connect/undo/pointsInTime.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { describeEntry, isoTime } from '../entryText.ts';
import { parseCount } from '../numbers.ts';
import { formatTime } from '../output/format.ts';
import type { Output } from '../output/output.ts';
import { table } from '../output/table.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface HistoryOptions extends ServerOptions {
  readonly limit: number;
  readonly points?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('[path]', 'a file, or a folder for everything below it; it may be gone', '.'))
    .option('-n, --limit <count>', 'at most so many, the newest', parseCount, 50)
    .option('--points', 'the points in time to go back to, instead of versions: for “syncline restore PATH --at REV”')
    .addHelpText(
      'after',
      WHAT + examples('syncline history notes.txt', 'syncline history src -n 10', 'syncline restore notes.txt 17'),
    )
    .action((path: string, options: HistoryOptions) =>
      withServer(cli, options, (session) => show(cli, session, path, options)),
    );
};

const WHAT = `
REV is the revision that replaced or deleted a version, and names it; SINCE is the one that had written it, so that
“syncline restore PATH --at SINCE” brings back what there was then.
`;

async function show(
  cli: Cli,
  { files }: ServerSession,
  text: string,
  { limit, points = false }: HistoryOptions,
): Promise<void> {
  const { out, signal } = cli;
  // a folder that is gone, or is a file now, has left its files' versions below its path
  const versions = await files.history({ path: files.resolve(text), below: true, limit }, { signal });
  if (points) return showPoints(out, pointsInTime(versions), (path) => files.shown(path));
  const shown = (version: Version): string => files.shown(version.path);
  if (out.json) {
    return versions.forEach(({ since, ...each }) =>
      out.event({
        ...each,
        path: files.shown(each.path),
        at: isoTime(each.at),
        since: since && { rev: since.rev, at: isoTime(since.at) },
      }),
    );
  }
  if (versions.length === 0) return out.note('There are no earlier versions.');
  const columns = [
    { title: 'REV', align: 'right' },
    { title: 'UNTIL' },
    { title: 'WHY' },
    { title: 'BY' },
    { title: 'SINCE', align: 'right' },
    { title: 'WHAT' },
    { title: 'PATH' },
  ] as const;
  const rows = versions.map((each) => [
    String(each.rev),
    formatTime(each.at),
    each.reason,
    printable(each.by),
    each.since === null ? '?' : String(each.since.rev),
    describeEntry(each.entry),
    printable(shown(each)),
  ]);
  for (const line of table(columns, rows)) out.line(line);
}

/** Each the state before something was replaced or deleted. */
function showPoints(out: Output, points: readonly PointInTime[], shown: (path: WirePath) => string): void {
  if (points.length === 0) return out.note('There are no earlier versions.');
  const rows = points.map(({ rev, until, replaced, deleted, by, paths }) => {
    const names = paths.map(shown);
    out.event({ rev, until: isoTime(until), replaced, deleted, by, paths: names });
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    const what = printable(names.slice(0, MOST_NAMES).join(', '));
    return [String(rev), formatTime(until), String(replaced), String(deleted), `${what}${more}`];
  });
  const columns = [
    { title: 'REV', align: 'right' },
    { title: 'UNTIL' },
    { title: 'REPLACED', align: 'right' },
    { title: 'DELETED', align: 'right' },
    { title: 'WHAT' },
  ] as const;
  for (const line of table(columns, rows)) out.line(line);
}

const MOST_NAMES = 3;
