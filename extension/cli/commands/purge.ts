import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { askYes } from '../askYes.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import type { Moment } from '../../connect/remoteFiles.ts';
import { plural } from '../output/format.ts';
import { parseMoment } from '../parseMoment.ts';
import { type ServerOptions, type ServerSession, withServer, withServerOptions } from '../serverSession.ts';

interface PurgeOptions extends ServerOptions {
  readonly until?: Moment;
  readonly yes?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(command.argument('<path>', 'a file, or a folder for everything below it; . for all there is'))
    .option('--until <moment>', 'only what had been replaced or deleted by then: a revision or a time', parseMoment)
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      WHAT + examples('syncline purge secrets.env --yes', 'syncline purge . --until 2026-01-01 --yes'),
    )
    .action((path: string, options: PurgeOptions) =>
      withServer(cli, options, (session) => purge(cli, session, path, options)),
    );
};

const WHAT = `
Earlier versions are removed for good and cannot be had back; what is there now stays. The token needs the right “admin”
(syncline token create --rights read,write,admin).
`;

async function purge(
  cli: Cli,
  { files }: ServerSession,
  text: string,
  { until, yes = false }: PurgeOptions,
): Promise<void> {
  const path = files.resolve(text);
  const of = path === undefined ? 'the whole share' : `“${printable(files.shown(path))}” and everything below it`;
  const question = `This removes the earlier versions of ${of} for good.`;
  if (!yes && !(await askYes(cli, question, cli.signal)))
    throw new SynclineError('BrakeStopped', `${question} Nothing was removed; --yes lets it go on.`);
  const versions = await files.purge({ path, below: true, ...(until && { upTo: until }) }, { signal: cli.signal });
  cli.out.result(
    { event: 'purged', path: path === undefined ? null : files.shown(path), versions },
    `${plural(versions, 'version')} removed for good`,
  );
}
