import { Command, CommanderError, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { LOG_LEVELS } from './logging.ts';
import { SynclineError } from './protocol/errors.ts';
import { runServe } from './runServe.ts';
import { createToken, listTokens, revokeToken } from './runToken.ts';
import { DEFAULT_DIRECTORY, DEFAULT_LISTEN, DEFAULT_METRICS, type ServeFlags, serveOptions } from './serveOptions.ts';

export interface CommandLineWorld {
  /** The file of this program, for worker threads. */
  readonly program: string;
}

const EXIT_USAGE = 2;
const EXIT_REFUSED = 3;

/** Runs one command to its end and tells the exit status; whatever goes wrong is one line on stderr. */
export async function runCommandLine(argv: readonly string[], { program }: CommandLineWorld): Promise<number> {
  let status = 0;
  const finish = (result: number): void => {
    status = result;
  };
  try {
    await commands(program, finish).parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    // Help and the version end up here as well, with status 0; what is wrong has been said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    process.stderr.write(`syncline-server: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SynclineError && error.code === 'Usage' ? EXIT_USAGE : EXIT_REFUSED;
  }
}

function commands(program: string, finish: (status: number) => void): Command {
  const root = new Command('syncline-server')
    .description("Syncline's server: keeps folders in sync with its clients, and runs jobs where the files are.")
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'syncline-server: ')) })
    .addHelpText('after', '\nExit status: 0 done, 2 wrong usage, 3 could not start.');
  addServe(root, program, finish);
  addToken(root, finish);
  return root;
}

function addServe(root: Command, program: string, finish: (status: number) => void): void {
  root
    .command('serve', { isDefault: true })
    .description('serve a folder until told to stop')
    .argument('[DIR]', `folder to serve as the share “files” (default: ./${DEFAULT_DIRECTORY}, made when missing)`)
    .option('--listen <HOST:PORT>', `where clients connect (default: ${DEFAULT_LISTEN})`)
    .option('--share <NAME=DIR>', 'serve a further folder; may be repeated', collect, [])
    .option('--stdio', 'speak over stdin and stdout, and end with them; no listener unless --listen is given')
    .option(
      '--state <DIR>',
      'where index, history and tokens are kept, on the file system of DIR (default: DIR/.syncline)',
    )
    .option('--token-file <FILE>', 'use the token in FILE, or make one there (default: token in the state folder)')
    .option('--insecure', 'allow listening beyond this machine without TLS')
    .option('--tls-cert <FILE>', 'certificate chain, PEM')
    .option('--tls-key <FILE>', 'private key, PEM')
    .option('--log-level <LEVEL>', `${LOG_LEVELS.join(', ')} (default: info; warn on a terminal)`)
    .option('--metrics <HOST:PORT|off>', `where /healthz and /metrics are (default: ${DEFAULT_METRICS})`)
    .option('--allow-origin <ORIGIN>', 'let web pages of this origin connect; may be repeated', collect, [])
    .option('--allow-host <NAME>', 'answer to this name; may be repeated', collect, [])
    .option('--history-days <N>', 'keep what was replaced or deleted for so many days (default: 30)')
    .option('--history-versions <N>', 'keep so many versions of a path (default: 100)')
    .option('--history-size <SIZE>', 'keep history within this size, 500MB or the like (default: 5GiB)')
    .option('--stop-with-stdin', 'stop when stdin ends: for programs that start a server of their own')
    .option('--json', 'print one line of JSON once connections are accepted')
    .addOption(new Option('--hello-deadline <MS>').hideHelp())
    .addOption(new Option('--idle-probe <MS>').hideHelp())
    .addOption(new Option('--drain-limit <MS>').hideHelp())
    .addOption(new Option('--job-time-limit <MS>').hideHelp())
    .action(async (directory: string | undefined, flags: ServeFlags) => {
      const world = { cwd: process.cwd(), stderrIsTerminal: process.stderr.isTTY };
      const options = serveOptions(directory, flags, world);
      finish(await runServe(options, { program, stdin: process.stdin, stdout: process.stdout }));
    });
}

function addToken(root: Command, finish: (status: number) => void): void {
  const token = root.command('token').description('make, list and revoke the tokens of a server; it may be running');
  const world = { cwd: process.cwd(), stdout: process.stdout };
  const withPlace = (command: Command): Command =>
    command
      .option('--dir <DIR>', 'the folder that is served', DEFAULT_DIRECTORY)
      .option('--state <DIR>', 'the state folder (default: DIR/.syncline)')
      .option('--json', 'print lines of JSON');
  withPlace(token.command('create').description('make a token and print it: this once'))
    .argument('[NAME]', 'whose or what for; shown in lists and in the history of files')
    .option('--rights <LIST>', 'some of read,write,compute,admin (default: read,write,compute)')
    .option('--token-file <FILE>', 'write the token into this new file instead of printing it')
    .action(async (name: string | undefined, flags: Parameters<typeof createToken>[1]) =>
      finish(await createToken(name, flags, world)),
    );
  withPlace(token.command('list').description('list tokens, without what they are')).action(
    async (flags: Parameters<typeof listTokens>[0]) => finish(await listTokens(flags, world)),
  );
  withPlace(token.command('revoke').description('stop accepting a token; its sessions end'))
    .argument('<NAME|ID>')
    .action(async (nameOrId: string, flags: Parameters<typeof revokeToken>[1]) =>
      finish(await revokeToken(nameOrId, flags, world)),
    );
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
