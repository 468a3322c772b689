import { Option } from 'commander';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { showPlan } from '../showPlan.ts';
import { syncOnce } from '../syncOnce.ts';
import { syncWatch } from '../syncWatch.ts';
import { readTarget, type TargetOptions, type TargetSession, withTarget, withTargetOptions } from '../targetSession.ts';

interface SyncOptions extends TargetOptions {
  readonly once?: boolean;
  readonly watch?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const define: DefineCommand = (command, cli) => {
  withTargetOptions(command)
    .option('--once', 'sync once and end (the default)')
    .option('--watch', 'keep in sync until told to end')
    .option('-n, --dry-run', 'show what would be done, and do nothing')
    .option('--merge', 'take the edits of both sides where they do not overlap (two-way)')
    .option('-y, --yes', 'do it even if a brake would stop and ask')
    .addOption(new Option('--no-watcher', 'look every ten seconds instead of listening to the file system').hideHelp())
    .addHelpText('after', WHAT + examples(...EXAMPLES))
    .action(async (local: string, target: string, options: SyncOptions) => {
      if (options.watch && (options.once || options.dryRun)) {
        throw new SynclineError('Usage', 'Choose one: --once, --watch or --dry-run.');
      }
      const place = readTarget(cli, local, target);
      const work = (session: TargetSession): Promise<void> =>
        options.dryRun
          ? dryRun(cli, session)
          : options.watch
            ? syncWatch(cli, session, options)
            : syncOnce(cli, session.sync, options);
      await withTarget(cli, place, options, work, options.watch === true);
    });
};

const WHAT = `
Modes: two-way   changes travel both ways (the default)
       push      from here to the server; what only the server has stays there
       pull      from the server to here; what only this folder has stays here
       mirror    the server becomes exactly what is here

What both sides changed is a conflict: nothing is overwritten, and “syncline conflicts” and “syncline resolve”
help to decide; with --merge, texts that were edited in different places are merged by themselves. What is replaced or deleted can be brought back: on the server from its history, here from a
safety copy. .gitignore and .synclineignore say what is left out.

Exit status: 0 done; 1 done, but conflicts or problems remain; 2 wrong usage; 3 no connection or refused;
4 stopped by a brake, which --yes lets go: the plan would delete a large part of a side, a folder has vanished, or
files that look secret (.env, private keys) would be uploaded for the first time.
`;

const EXAMPLES = [
  'syncline sync ./work ws://127.0.0.1:4848/files --token-file token',
  'syncline sync ./work ws://127.0.0.1:4848/files --watch',
  'syncline sync ./site wss://example.org/www --mode mirror --dry-run',
];

async function dryRun(cli: Cli, { sync }: TargetSession): Promise<void> {
  showPlan(cli, await sync.plan({ signal: cli.signal }));
}
