import type { Command } from 'commander';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { listSafety, restoreSafetyCopies, showSafety } from '../safetyActions.ts';

/** The sub-commands of `syncline safety`. */
export const define: DefineCommand = (command, cli) => {
  command.description(WHAT);
  const sub = (name: string, summary: string): Command =>
    command
      .command(name)
      .summary(summary)
      .description(`${summary}.`)
      .option('--folder <folder>', 'the folder that they are of (default: any)')
      .option('--json', 'print lines of JSON');

  sub('list', 'list what was kept, the newest first')
    .addHelpText('after', examples('syncline safety list', 'syncline safety list --folder ./work'))
    .action(bind(cli, listSafety));
  sub('show', 'list the files of one entry of the list')
    .argument('<when>', 'its time, from “syncline safety list”, or how it begins; “last” for the newest')
    .addHelpText('after', examples('syncline safety show 2026-11-25T14-03', 'syncline safety show last'))
    .action(bind(cli, showSafety));
  sub('restore', 'put files back where they were')
    .argument('<when>', 'a time from “syncline safety list”, or how it begins; “last” for the newest')
    .argument('[path...]', 'only these files and folders (default: all of them, as they were together)')
    .option('--to <folder>', 'put them below this folder instead')
    .option('--dry-run', 'only show what would be put back')
    .addHelpText(
      'after',
      examples('syncline safety restore last src', 'syncline safety restore 2026-11-25T14-03 --to ./rescued'),
    )
    .action(bind(cli, restoreSafetyCopies));
};

const WHAT = `What Syncline replaced or deleted in folders of this machine: copies are kept for seven days, and up to a
gibibyte of them for each pairing of a folder and a share. What one sync or download took away belongs together, a deleted
folder with all that was in it. Restoring keeps a copy of what is there now, and syncs like any other edit.`;

/** Commander hands over arguments, options and the command itself. */
const bind =
  <A extends unknown[]>(cli: Cli, action: (cli: Cli, ...args: A) => Promise<void>) =>
  (...args: unknown[]): Promise<void> =>
    action(cli, ...(args as A));
