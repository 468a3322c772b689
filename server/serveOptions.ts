import { readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { LOG_LEVELS, type LogLevel } from './logging.ts';
import { diskError } from './protocol/disk/diskError.ts';
import { SynclineError } from './protocol/errors.ts';
import { DEFAULT_PORT, HELLO_DEADLINE_MS } from './protocol/limits.ts';
import { printable, STATE_FOLDER } from './protocol/wirePath.ts';
import { isLoopback, type ListenAddress, parseListenAddress } from './transport/listenAddress.ts';

/** The options of `serve` as they stand on the command line. */
export interface ServeFlags {
  readonly listen?: string;
  readonly share?: readonly string[];
  readonly stdio?: boolean;
  readonly state?: string;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel?: string;
  readonly metrics?: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly stopWithStdin?: boolean;
  readonly json?: boolean;
  readonly helloDeadline?: string;
  readonly idleProbe?: string;
  readonly drainLimit?: string;
  readonly jobTimeLimit?: string;
  readonly historyDays?: string;
  readonly historyVersions?: string;
  readonly historySize?: string;
}

/** What a server is started with; all paths are absolute. */
export interface ServeOptions {
  readonly shares: readonly ShareOptions[];
  readonly stateDirectory: string;
  readonly tokenFile: string;
  /** Null: no listener, only stdio. */
  readonly listen: ListenAddress | null;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly stdio: boolean;
  readonly metrics: ListenAddress | null;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly logLevel: LogLevel;
  readonly stopWithStdin: boolean;
  readonly json: boolean;
  readonly helloDeadlineMs: number;
  readonly idleProbeMs: number;
  readonly drainLimitMs: number;
  readonly jobTimeLimitMs: number;
  readonly retention: HistoryLimits;
}

/** How much of what was replaced or deleted is kept; what is left out is up to the store. */
export interface HistoryLimits {
  readonly historyAgeMs?: number;
  readonly historyVersions?: number;
  readonly historyBytes?: number;
}

export interface ShareOptions {
  readonly name: string;
  readonly directory: string;
  readonly stateDirectory: string;
}

export const DEFAULT_DIRECTORY = 'syncline-files';
export const DEFAULT_LISTEN = `127.0.0.1:${DEFAULT_PORT}`;
export const DEFAULT_METRICS = `127.0.0.1:${DEFAULT_PORT + 1}`;
const DEFAULT_SHARE = 'files';
const SHARE_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;

/** @throws SynclineError `Usage` with a sentence about the option that is wrong. */
export function serveOptions(
  directory: string | undefined,
  flags: ServeFlags,
  world: { readonly cwd: string; readonly stderrIsTerminal: boolean },
): ServeOptions {
  const absolute = (path: string): string => resolve(world.cwd, path);
  const named = namedDirectories(directory, flags.share ?? [], absolute);
  const [first] = named as [NamedDirectory];
  const stateDirectory = flags.state === undefined ? join(first.directory, STATE_FOLDER) : absolute(flags.state);
  const stdio = flags.stdio === true;
  const listen =
    stdio && flags.listen === undefined ? null : parseListenAddress(flags.listen ?? DEFAULT_LISTEN, '--listen');
  const tls = readTls(flags, absolute);
  if (listen && !isLoopback(listen.host) && !tls && !flags.insecure) {
    throw new SynclineError(
      'Usage',
      `Listening at ${listen.host} without encryption lets others on the network read tokens and files. ` +
        'Give --tls-cert and --tls-key, or --insecure if the network is yours alone.',
    );
  }
  return {
    shares: named.map((each, index) => ({
      ...each,
      stateDirectory: stateOfShare(each, index === 0 ? stateDirectory : null, flags.state && absolute(flags.state)),
    })),
    stateDirectory,
    tokenFile: flags.tokenFile === undefined ? join(stateDirectory, 'token') : absolute(flags.tokenFile),
    listen,
    tls,
    stdio,
    metrics: metricsAddress(flags.metrics, stdio),
    allowedOrigins: flags.allowOrigin ?? [],
    allowedHosts: flags.allowHost ?? [],
    logLevel: logLevel(flags.logLevel ?? (world.stderrIsTerminal ? 'warn' : 'info')),
    stopWithStdin: flags.stopWithStdin === true,
    json: flags.json === true,
    helloDeadlineMs: milliseconds('--hello-deadline', flags.helloDeadline, HELLO_DEADLINE_MS),
    idleProbeMs: milliseconds('--idle-probe', flags.idleProbe, 30_000),
    drainLimitMs: milliseconds('--drain-limit', flags.drainLimit, 10_000),
    jobTimeLimitMs: milliseconds('--job-time-limit', flags.jobTimeLimit, 10 * 60_000),
    retention: historyLimits(flags),
  };
}

interface NamedDirectory {
  readonly name: string;
  readonly directory: string;
}

function namedDirectories(
  directory: string | undefined,
  shares: readonly string[],
  absolute: (path: string) => string,
): readonly NamedDirectory[] {
  const named = shares.map((text) => {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(equals, 0));
    if (!SHARE_NAME.test(name) || equals === text.length - 1) {
      throw new SynclineError(
        'Usage',
        `--share takes NAME=DIR, not “${printable(text)}”; a name has letters, digits, dots, _ and -.`,
      );
    }
    return { name, directory: absolute(text.slice(equals + 1)) };
  });
  if (directory !== undefined || named.length === 0) {
    named.unshift({ name: DEFAULT_SHARE, directory: absolute(directory ?? DEFAULT_DIRECTORY) });
  }
  for (const [index, each] of named.entries()) {
    for (const other of named.slice(0, index)) refuseClash(each, other);
  }
  return named;
}

/** Two shares that overlap would take each other's files and state for their own. */
function refuseClash(a: NamedDirectory, b: NamedDirectory): void {
  if (a.name.toLowerCase() === b.name.toLowerCase()) {
    throw new SynclineError('Usage', `There are two shares “${a.name}”; give each a name of its own.`);
  }
  if (contains(a.directory, b.directory) || contains(b.directory, a.directory)) {
    throw new SynclineError('Usage', `The folders of “${a.name}” and “${b.name}” overlap; serve the outer one alone.`);
  }
}

const contains = (outer: string, inner: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);

/** Beside the share's files, where renaming and linking into it is possible, unless told otherwise. */
function stateOfShare({ name, directory }: NamedDirectory, first: string | null, given: string | undefined): string {
  if (first !== null) return first;
  return given ? join(given, 'shares', name) : join(directory, STATE_FOLDER);
}

function readTls(flags: ServeFlags, absolute: (path: string) => string): ServeOptions['tls'] {
  if (flags.tlsCert === undefined && flags.tlsKey === undefined) return null;
  if (flags.tlsCert === undefined || flags.tlsKey === undefined) {
    throw new SynclineError('Usage', '--tls-cert and --tls-key go together.');
  }
  const read = (path: string): Buffer => {
    try {
      return readFileSync(absolute(path));
    } catch (error) {
      throw new SynclineError('Usage', diskError(error, `read ${path}`).message, { cause: error });
    }
  };
  return { cert: read(flags.tlsCert), key: read(flags.tlsKey) };
}

function metricsAddress(flag: string | undefined, stdio: boolean): ListenAddress | null {
  if (flag === 'off' || (stdio && flag === undefined)) return null;
  return parseListenAddress(flag ?? DEFAULT_METRICS, '--metrics');
}

function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level) return level;
  throw new SynclineError('Usage', `--log-level takes ${LOG_LEVELS.join(', ')}, not “${printable(text)}”.`);
}

const DAY_MS = 24 * 3600 * 1000;

function historyLimits({ historyDays, historyVersions, historySize }: ServeFlags): HistoryLimits {
  const limit = (option: string, text: string): number => {
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
    throw new SynclineError('Usage', `${option} takes a whole number from 1 on, not “${printable(text)}”.`);
  };
  return {
    ...(historyDays !== undefined && { historyAgeMs: limit('--history-days', historyDays) * DAY_MS }),
    ...(historyVersions !== undefined && { historyVersions: limit('--history-versions', historyVersions) }),
    ...(historySize !== undefined && { historyBytes: byteSize('--history-size', historySize) }),
  };
}

/** `5GB`, `500 MB`, `1000`: decimal units, or binary ones when there is an `i` in it. */
function byteSize(option: string, text: string): number {
  const [, count, unit = '', binary] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(i)?)?B?$/i.exec(text.trim()) ?? [];
  const power = unit === '' ? 0 : 'KMGT'.indexOf(unit.toUpperCase()) + 1;
  const bytes = Math.round(Number(count) * (binary ? 1024 : 1000) ** power);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new SynclineError('Usage', `${option} takes a size such as 500MB or 5GB, not “${printable(text)}”.`);
}

function milliseconds(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new SynclineError('Usage', `${option} takes milliseconds, not “${printable(text)}”.`);
}
