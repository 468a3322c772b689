import type { Command } from 'commander';
import type { Cli, DefineCommand } from '../cli.ts';
import { examples } from '../cli.ts';
import {
  cancelJob,
  listJobs,
  listOperations,
  printResult,
  removeJobs,
  rerunJob,
  showJob,
  submitJob,
} from '../jobActions.ts';
import { withServerOptions } from '../serverSession.ts';

/** The sub-commands of `syncline jobs`. */
export const define: DefineCommand = (command, cli) => {
  command.description(WHAT);
  const sub = (name: string, summary: string): Command =>
    withServerOptions(command.command(name).summary(summary).description(`${summary}.`));

  sub('submit', 'submit work and print its id')
    .argument('<operation>', 'what to do; see “syncline jobs operations”')
    .argument('[params]', 'its parameters as JSON', '{}')
    .option('--wait', 'wait for the end and print the result')
    .addHelpText(
      'after',
      examples(
        `syncline jobs submit add '{"values":["40","2"]}'`,
        `syncline jobs submit sort '{"values":[3,1,2]}' --wait`,
      ),
    )
    .action(bind(cli, submitJob));
  sub('list', 'list your jobs, the newest first')
    .option('--state <state>', 'only those in this state')
    .action(bind(cli, listJobs));
  sub('show', 'show how a job stands').argument('<id>').action(bind(cli, showJob));
  sub('result', 'wait for the end of a job and print its result').argument('<id>').action(bind(cli, printResult));
  sub('rerun', 'submit the work of an ended job again and print the new id')
    .argument('<id>')
    .option('--wait', 'wait for the end and print the result')
    .action(bind(cli, rerunJob));
  sub('cancel', 'cancel a job').argument('<id>').action(bind(cli, cancelJob));
  sub('rm', 'forget ended jobs and their results').argument('<id...>').action(bind(cli, removeJobs));
  sub('operations', 'list what can be submitted').action(bind(cli, listOperations));
};

const WHAT = `Work that the server carries out, and that outlives the connection: a job has an id by which
it can be looked up later, from anywhere with the same token, also after a restart of the server.`;

/** Commander hands over arguments, options and the command itself. */
const bind =
  <A extends unknown[]>(cli: Cli, action: (cli: Cli, ...args: A) => Promise<void>) =>
  (...args: unknown[]): Promise<void> =>
    action(cli, ...(args as A));
