import type { Command } from 'commander';
import { closeSync, openSync, writeSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';
import { STALL_MS } from '../../server/protocol/limits.ts';
import { systemClock } from '../connect/clock.ts';
import { connect } from '../connect/connect.ts';
import { Connection } from '../connect/connection.ts';
import type { RetryPolicy } from '../connect/connectionState.ts';
import type { WireLog } from '../connect/loggedLink.ts';
import { RemoteFiles } from '../connect/remoteFiles.ts';
import type { ClientProvider, ServerClient } from '../connect/serverClient.ts';
import { parseTarget, type ServerAddress } from '../connect/target.ts';
import type { Cli } from './cli.ts';
import { readToken } from './credentials.ts';

export interface ServerOptions {
  readonly server?: string;
  readonly tokenFile?: string;
}

export interface ServerSession {
  readonly address: ServerAddress;
  readonly client: ServerClient;
  /** For work that goes on over a reconnect. */
  readonly provider: ClientProvider;
  readonly files: RemoteFiles;
}

/** The options of every command that talks to a server. */
export function withServerOptions(command: Command): Command {
  return command
    .option('--server <target>', 'ws://HOST:PORT/SHARE[/DIR] (default: SYNCLINE_SERVER)')
    .option('--token-file <file>', 'file that holds the token (default: SYNCLINE_TOKEN holds it)')
    .option('--json', 'print lines of JSON');
}

/** Connects, runs a command's work, and hangs up. The first failure of the connection ends the command. */
export async function withServer<T>(
  cli: Cli,
  options: ServerOptions,
  work: (session: ServerSession) => Promise<T>,
  keepTrying: RetryPolicy['keepTrying'] = false,
): Promise<T> {
  const text = options.server ?? cli.env['SYNCLINE_SERVER'];
  if (!text) {
    throw new SynclineError('Usage', 'Which server? Give --server ws://HOST:PORT/SHARE or set SYNCLINE_SERVER.');
  }
  const address = parseTarget(text);
  const connection = openConnection(cli, address, { tokenFile: options.tokenFile, keepTrying });
  try {
    const client = await connection.client({ signal: cli.signal });
    return await work({ address, client, provider: connection, files: new RemoteFiles(client, address) });
  } catch (error) {
    throw explainLoss(error, address);
  } finally {
    connection.close();
  }
}

export function openConnection(
  cli: Pick<Cli, 'env' | 'cwd' | 'out'>,
  address: ServerAddress,
  options: { readonly tokenFile?: string; readonly keepTrying: RetryPolicy['keepTrying'] },
): Connection {
  const token = readToken(options.tokenFile, cli);
  const wireLog = openWireLog(cli.env['SYNCLINE_WIRE_LOG']);
  const identity = { token, clientName: 'syncline', clientVersion: manifest.version };
  return new Connection({
    connect: (signal) => connect({ url: address.url, ...identity }, { signal, ...(wireLog && { wireLog }) }),
    share: address.share,
    keepTrying: options.keepTrying,
    clock: systemClock,
  });
}

/** A connection that broke under a command: says what that means for the person's files. */
export function explainLoss(error: unknown, address: ServerAddress): SynclineError {
  const failure = SynclineError.from(error);
  const why = WHY_LOST[failure.code]?.(address.label);
  if (why === undefined) return failure;
  const safe =
    'What the server had acknowledged is kept and nothing is half-written; the same command goes on from there.';
  return new SynclineError(failure.code, `${why}. ${safe}`, { cause: failure });
}

const WHY_LOST: Partial<Record<ErrorName, (server: string) => string>> = {
  ConnectionLost: (server) => `The connection to ${server} was lost`,
  ServerStopping: () => 'The server is shutting down',
  TransferStalled: (server) => `The connection to ${server} was lost: no byte moved for ${STALL_MS / 1000} seconds`,
  DeadlineExceeded: (server) => `${server} did not answer in time; the connection is very slow or broken`,
};

/** SYNCLINE_WIRE_LOG names a file that gets a line of JSON for every message and transfer. */
function openWireLog(path: string | undefined): WireLog | undefined {
  if (!path) return undefined;
  const file = openSync(path, 'a', 0o600);
  process.once('exit', () => closeSync(file));
  return (line) => void writeSync(file, `${JSON.stringify({ at: Date.now(), ...line })}\n`);
}
