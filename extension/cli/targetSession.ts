import { type Command, Option } from 'commander';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SystemBulkSync } from '../../server/protocol/disk/bulkSync.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { Connection } from '../connect/connection.ts';
import type { RetryPolicy } from '../connect/connectionState.ts';
import { parseTarget, type ServerAddress } from '../connect/target.ts';
import { type Mode, MODES } from '../sync/reconcile/mode.ts';
import { safetyPlace } from '../sync/local/safetyPlaces.ts';
import { TargetSync } from '../sync/syncTarget.ts';
import { targetStateDirectory } from '../sync/targetState.ts';
import type { Cli } from './cli.ts';
import { explainLoss, openConnection } from './serverSession.ts';
import { stateHome } from './stateHome.ts';

export interface TargetOptions {
  readonly mode: Mode;
  readonly tokenFile?: string;
  /** False: changes are found by looking every ten seconds alone. */
  readonly watcher?: boolean;
  /** Conflicts are merged as far as their edits do not overlap. */
  readonly merge?: boolean;
}

/** A local folder and the share, or the folder in it, that it is paired with. */
export interface Target {
  readonly root: string;
  readonly address: ServerAddress;
  /** Where the command line keeps the base of this pair. */
  readonly stateDirectory: string;
}

export interface TargetSession extends Target {
  readonly sync: TargetSync;
  readonly connection: Connection;
}

/** The arguments and options of every command that is about a target. */
export function withTargetOptions(command: Command): Command {
  return command
    .argument('<local>', 'the folder here')
    .argument('<target>', 'ws://HOST:PORT/SHARE[/DIR] or wss://…')
    .addOption(new Option('--mode <mode>', 'what may change where').choices(MODES).default('two-way'))
    .option('--token-file <file>', 'file that holds the token (default: SYNCLINE_TOKEN holds it)')
    .option('--json', 'print lines of JSON');
}

export function readTarget(cli: Cli, local: string, target: string): Target {
  const address = parseTarget(target);
  const root = realFolder(resolve(cli.cwd, local));
  return { root, address, stateDirectory: targetStateDirectory(stateHome(cli.env), root, address.label) };
}

/** Connects, opens the target, runs a command's work, and leaves everything closed. */
export async function withTarget<T>(
  cli: Cli,
  target: Target,
  options: TargetOptions,
  work: (session: TargetSession) => Promise<T>,
  keepTrying: RetryPolicy['keepTrying'] = false,
): Promise<T> {
  const { root, address, stateDirectory } = target;
  const isKnown = existsSync(join(stateDirectory, 'base.db'));
  // a folder that was synced before and is gone is left to the engine, which takes it for an accident
  if (!isKnown) requireFolder(root, options.mode);
  const connection = openConnection(cli, address, { tokenFile: options.tokenFile, keepTrying });
  const bulkSync = new SystemBulkSync();
  let sync: TargetSync | undefined;
  try {
    const connecting = keepTrying === false ? connection.client({ signal: cli.signal }) : undefined;
    connecting?.catch(() => {});
    // what was never synced leaves no state behind when the address turns out to be wrong
    if (!isKnown) await connecting;
    sync = await TargetSync.open({
      root,
      share: address.share,
      dir: address.dir,
      mode: options.mode,
      stateDirectory,
      merge: options.merge,
      provider: connection,
      watchLocal: options.watcher !== false,
      bulkSync,
    });
    safetyPlace(stateDirectory, root);
    const working = work({ ...target, sync, connection });
    if (connecting) await Promise.race([connecting, working]);
    return await working;
  } catch (error) {
    throw explainLoss(error, address);
  } finally {
    await sync?.close();
    bulkSync.close();
    connection.close();
  }
}

/** A folder that never was there is a slip of the person. */
function requireFolder(root: string, mode: Mode): void {
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory())
    throw new SynclineError('Usage', `${printable(root)} is a file; a folder was expected.`);
  if (stat || ((mode === 'two-way' || mode === 'pull') && existsSync(dirname(root)))) return;
  throw new SynclineError('Usage', `There is no folder ${printable(root)}.`);
}

/** The same folder is the same target, whatever links lead to it. */
function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
