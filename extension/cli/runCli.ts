import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SynclineError } from '../../server/protocol/errors.ts';
import type { Cli } from './cli.ts';
import { COMMANDS, type CommandRow, isCommand } from './commands.ts';
import { EXIT, exitStatusOf } from './exitStatus.ts';
import { type Interrupts, interrupts, type OnSignal } from './interrupts.ts';
import { Output, type TextStream } from './output/output.ts';
import { runServerProgram } from './serverProgram.ts';

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly onSignal: OnSignal;
}

/** Carries out one command line and tells its exit status. Never rejects. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  const out = outputFor(argv, world);
  const stop = interrupts(world.onSignal);
  try {
    const asked = argv[0] === 'help' ? argv[1] : argv[0];
    if (asked === 'serve' || asked === 'token') {
      stop.release();
      return await runServerProgram(argv[0] === 'help' ? [asked, '--help'] : argv, world.env);
    }
    let status: number = EXIT.done;
    const cli: Cli = {
      env: world.env,
      cwd: world.cwd,
      get stdin() {
        return world.stdin;
      },
      stdout: world.stdout,
      out,
      signal: stop.signal,
      stopStatus: () => stopStatus(stop),
      exitWith: (code) => (status = code),
    };
    const program = await buildProgram(asked, cli, world.stdout);
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return ofCommander(error, argv, out);
    const failure = SynclineError.from(error);
    if (failure.code !== 'Cancelled' || !stop.signal.aborted) {
      out.error(failure);
      return exitStatusOf(failure.code);
    }
    out.error(new SynclineError('Cancelled', CANCELLED));
    return stopStatus(stop);
  }
}

const stopStatus = ({ received }: Interrupts): number => (received === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted);

const CANCELLED =
  'Cancelled. Nothing is half-done: each file is as it was or complete. What was sent stays on the server for a day, so the ' +
  'same command goes on from there.';

function outputFor(argv: readonly string[], { env, stdout, stderr }: World): Output {
  const end = argv.indexOf('--');
  const json = (end < 0 ? argv : argv.slice(0, end)).includes('--json');
  const colors = stdout.isTTY === true && stderr.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return new Output({ stdout, stderr, json, colors, debug: Boolean(env['SYNCLINE_DEBUG']) });
}

/** The program with its table of commands; only the one asked for is loaded. */
async function buildProgram(asked: string | undefined, cli: Cli, stdout: TextStream): Promise<Command> {
  const program = new Command('syncline')
    .description('Keeps a folder in sync with a server, safely and both ways, and runs jobs where the files are.')
    .version(manifest.version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void cli.out.stderr.write(text),
      outputError: () => {},
      ...(stdout.columns !== undefined && { getOutHelpWidth: () => stdout.columns ?? 80 }),
    })
    .addHelpText('after', ABOUT);
  for (const [name, { group, summary, load }] of Object.entries<CommandRow>(COMMANDS)) {
    const command = program.command(name).summary(summary).description(sentence(summary)).helpGroup(`${group}:`);
    if (name === asked && load) (await load()).define(command, cli);
  }
  return program;
}

const ABOUT = `
A server is addressed as ws://HOST:PORT/SHARE[/DIR] or wss://…, by --server or SYNCLINE_SERVER.
The token comes from SYNCLINE_TOKEN or from the file named by --token-file.

  syncline serve ./files --token-file token
  syncline sync ./work ws://127.0.0.1:4848/files --watch --token-file token

“syncline help COMMAND” says more about one of them.`;

const sentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

function ofCommander(error: CommanderError, argv: readonly string[], out: Output): number {
  if (error.exitCode === 0) return EXIT.done;
  if (error.code === 'commander.help') return EXIT.usage;
  const command = isCommand(argv[0]) ? `syncline ${argv[0]}` : 'syncline';
  const message = error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '. Did you mean “$1”?');
  const ended = /[.?]$/.test(message) ? message : `${message}.`;
  out.error(new SynclineError('Usage', `${sentence(ended).replace(/\.\.$|(?<=\?)\.$/, '.')} See “${command} --help”.`));
  return EXIT.usage;
}
