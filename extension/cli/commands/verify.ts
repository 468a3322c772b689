import { Option } from 'commander';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { MODES } from '../../sync/reconcile/mode.ts';
import type { DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { type ServerOptions, withServer, withServerOptions } from '../serverSession.ts';
import type { TargetOptions } from '../targetSession.ts';
import { verifyServer } from '../verifyServer.ts';
import { verifySides } from '../verifySides.ts';

interface VerifyOptions extends ServerOptions, TargetOptions {
  readonly repair?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withServerOptions(
    command
      .argument('[local]', 'the folder here; without a target: a folder on the server', '.')
      .argument('[target]', 'ws://HOST:PORT/SHARE[/DIR] or wss://…'),
  )
    .addOption(new Option('--mode <mode>', 'what may change where').choices(MODES).default('two-way'))
    .option('--repair', 'sync what was found, by the rules of “syncline sync”')
    .option('-n, --dry-run', 'with --repair: show what would be done, and do nothing')
    .option('-y, --yes', 'with --repair: do it even if a brake would stop and ask')
    .addHelpText('after', WHAT + examples(...EXAMPLES))
    .action((local: string, target: string | undefined, options: VerifyOptions) => {
      if (target !== undefined) return verifySides(cli, local, target, options);
      if (options.repair || options.dryRun) {
        throw new SynclineError('Usage', 'A repair needs both sides: syncline verify LOCAL TARGET --repair.');
      }
      return withServer(cli, options, (session) => verifyServer(cli, session, local));
    });
};

const WHAT = `
With a folder and a target, every file is read again on both sides: the server's are compared with its index, those
here with what is remembered of them, and then both sides with each other. That finds what changed without a trace,
as on a failing disk. --repair takes what was found for changes like any other and syncs them, so look at
“--repair --dry-run” first: what is damaged on one side alone would travel to the other (what it replaces is kept).

Without a target the server's files alone are read again. What differs from its index is taken into the index.

Exit status: 0 all is as it should be; 1 something differs, or conflicts or problems remain; 4 stopped by a brake.
`;

const EXAMPLES = [
  'syncline verify ./work ws://127.0.0.1:4848/files',
  'syncline verify ./work ws://127.0.0.1:4848/files --repair --dry-run',
  'syncline verify src --server ws://127.0.0.1:4848/files --json',
];
