import { Argument, Option } from 'commander';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Choice } from '../../sync/reconcile/conflict.ts';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import { resolveBeside } from '../resolveBeside.ts';
import { readTarget, type Target, type TargetOptions, withTarget, withTargetOptions } from '../targetSession.ts';

const CHOICES = ['mine', 'theirs', 'both', 'merge'] as const satisfies readonly Choice[];

interface ResolveOptions extends TargetOptions {
  readonly keep?: Choice;
}

export const define: DefineCommand = (command, cli) => {
  withTargetOptions(command)
    .argument('<path>', 'the path in conflict')
    .addArgument(new Argument('[choice]', 'the same as --keep').choices(CHOICES))
    .addOption(
      new Option(
        '--keep <choice>',
        'what is here, what the server has, both side by side, or the edits of both',
      ).choices(CHOICES),
    )
    .addHelpText('after', WHAT + examples(...EXAMPLES))
    .action(async (local: string, target: string, path: string, said: Choice | undefined, options: ResolveOptions) => {
      const keep = choiceOf(said, options.keep);
      await decide(cli, readTarget(cli, local, target), path.normalize('NFC'), { ...options, keep });
      cli.out.result({ event: 'resolved', path, keep }, `${printable(path)}: ${DONE[keep]}`);
    });
};

const WHAT = `
What loses is not lost: on the server it stays in the history, here a safety copy is kept. With “both”, what the
server has takes the path, and what was here is kept beside it under a name that says so. “merge” takes the edits
of both sides since they last agreed, line by line; where they overlap it says so, and nothing is changed.
`;

const EXAMPLES = [
  'syncline resolve ./work ws://127.0.0.1:4848/files notes.txt --keep both',
  'syncline resolve ./work ws://127.0.0.1:4848/files notes.txt merge',
];

function choiceOf(said: Choice | undefined, kept: Choice | undefined): Choice {
  if (said && kept && said !== kept)
    throw new SynclineError('Usage', `You said both “${said}” and “--keep ${kept}”; choose one.`);
  const choice = said ?? kept;
  if (!choice) throw new SynclineError('Usage', `Which one? Add --keep ${CHOICES.join('|')}.`);
  return choice;
}

const DONE = {
  mine: 'the server has what is here now',
  theirs: 'here is what the server has now',
  both: 'both are kept side by side now',
  merge: 'both sides have the edits of both now',
} as const;

async function decide(cli: Cli, place: Target, path: string, options: TargetOptions & { keep: Choice }): Promise<void> {
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
