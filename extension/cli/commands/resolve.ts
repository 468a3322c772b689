import { Option } from 'commander';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { resolveBeside } from '../resolveBeside.ts';
import { readTarget, type Target, type TargetOptions, withTarget, withTargetOptions } from '../targetSession.ts';

interface ResolveOptions extends TargetOptions {
  readonly keep: 'mine' | 'theirs' | 'both';
}

export const define: DefineCommand = (command, cli) => {
  withTargetOptions(command)
    .argument('<path>', 'the path in conflict')
    .addOption(
      new Option('--keep <side>', 'what is here, what the server has, or both side by side')
        .choices(['mine', 'theirs', 'both'])
        .makeOptionMandatory(),
    )
    .addHelpText('after', WHAT + examples('syncline resolve ./work ws://127.0.0.1:4848/files notes.txt --keep both'))
    .action(async (local: string, target: string, path: string, options: ResolveOptions) => {
      const place = readTarget(cli, local, target);
      await decide(cli, place, path.normalize('NFC'), options);
      cli.out.result({ event: 'resolved', path, keep: options.keep }, `${printable(path)}: ${DONE[options.keep]}`);
    });
};

const WHAT = `
What loses is not lost: on the server it stays in the history, here a safety copy is kept. With “both”, what the
server has takes the path, and what was here is kept beside it under a name that says so.
`;

const DONE = {
  mine: 'the server has what is here now',
  theirs: 'here is what the server has now',
  both: 'both are kept side by side now',
} as const;

async function decide(cli: Cli, place: Target, path: string, options: ResolveOptions): Promise<void> {
  const { signal } = cli;
  try {
    await withTarget(cli, place, options, async ({ sync }) => {
      // as things are now: what the last run saw may have become something else
      await sync.plan({ signal });
      await sync.resolve(path, options.keep, signal);
    });
  } catch (error) {
    if (!(error instanceof SynclineError && error.code === 'TargetBusy')) throw error;
    await resolveBeside(cli, place, options, path, options.keep);
  }
}
