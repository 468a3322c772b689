import crypto from 'node:crypto';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * What stands between Syncline and the machine it runs on, as far as it is not a port: node's own modules. While a simulation
 * runs, calls that concern simulated things go to it; all others, and all when none runs, to node.
 */
export interface Surroundings {
  /** The calls of `node:fs` by name, for the paths and descriptors that are simulated. */
  readonly disk: { owns(target: unknown): boolean; call(name: string, args: readonly unknown[]): unknown };
  readonly timers: {
    after(ms: number, callback: () => void): unknown;
    every(ms: number, callback: () => void): unknown;
    soon(callback: () => void): unknown;
    cancel(timer: unknown): void;
  };
  wallClock(): number;
  /** Milliseconds that only go forward. */
  uptime(): number;
  uuid(): string;
  fraction(): number;
  /** Where the file of a database really is; null: there. */
  placeDatabase(path: string): string | null;
  databaseOpened(database: DatabaseSync, path: string): void;
  /** Called before each text is executed; may throw instead. */
  databaseStep(sql: string): void;
}

/** The number of every process in a simulation. */
const PROCESS = 4711;

let surroundings: Surroundings | null = null;

const realImmediate = setImmediate;

/** Resolves when every promise that could be settled is, in real time. */
export const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

/** Where calls go now; null: to node. */
export const surroundingsNow = (): Surroundings | null => surroundings;

/** Resolves with what `work` does; one at a time. */
export async function within<T>(world: Surroundings, work: () => Promise<T>): Promise<T> {
  if (surroundings) throw new Error('Only one simulation can run at a time in a process.');
  surroundings = world;
  try {
    return await work();
  } finally {
    surroundings = null;
  }
}

type Call = (...args: unknown[]) => unknown;
type Table = Record<string, Call>;

const SYNC = [
  'openSync closeSync readSync writeSync fsyncSync ftruncateSync fstatSync fchmodSync chmodSync chownSync lstatSync statSync',
  'existsSync statfsSync realpathSync readlinkSync readdirSync readFileSync writeFileSync copyFileSync mkdirSync rmdirSync',
  'rmSync unlinkSync renameSync linkSync read write fsync watch',
].flatMap((names) => names.split(' '));

/** The last argument is the path in these. */
const BY_SECOND = new Set(['symlinkSync']);

const patched = (name: string, original: Call): Call => {
  const at = BY_SECOND.has(name) ? 1 : 0;
  return function (this: unknown, ...args: unknown[]) {
    if (!surroundings?.disk.owns(args[at])) return original.apply(this, args);
    return surroundings.disk.call(name, args);
  };
};

function patchDisk(): void {
  const table = fs as unknown as Table;
  for (const name of [...SYNC, ...BY_SECOND]) {
    const replacement = patched(name, table[name] as Call);
    if (name === 'read') Object.assign(replacement, { [promisify.custom]: counted(replacement, 'bytesRead') });
    if (name === 'write') Object.assign(replacement, { [promisify.custom]: counted(replacement, 'bytesWritten') });
    table[name] = replacement;
  }
  const promises = fs.promises as unknown as Table;
  promises['rm'] = patched('rm', promises['rm'] as Call);
}

/** What `util.promisify` makes of `fs.read` and `fs.write`. */
const counted =
  (call: Call, name: string): Call =>
  (...args) =>
    new Promise((resolve, reject) => {
      call(...args, (error: Error | null, count: number) =>
        error ? reject(error) : resolve({ [name]: count, buffer: args[1] }),
      );
    });

function patchTimers(): void {
  const table = globalThis as unknown as Table;
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = table as Record<
    string,
    Call
  >;
  const bound =
    (callback: unknown, args: unknown[]): (() => void) =>
    () =>
      void (callback as Call)(...args);
  table['setTimeout'] = promisifiable(setTimeout as Call, (callback, ms, ...args) =>
    surroundings
      ? surroundings.timers.after(Number(ms ?? 0), bound(callback, args))
      : (setTimeout as Call)(callback, ms, ...args),
  );
  table['setInterval'] = (callback, ms, ...args) =>
    surroundings
      ? surroundings.timers.every(Number(ms ?? 0), bound(callback, args))
      : (setInterval as Call)(callback, ms, ...args);
  table['setImmediate'] = promisifiable(setImmediate as Call, (callback, ...args) =>
    surroundings ? surroundings.timers.soon(bound(callback, args)) : (setImmediate as Call)(callback, ...args),
  );
  const clear =
    (original: Call): Call =>
    (timer) =>
      isOurs(timer) ? surroundings?.timers.cancel(timer) : original(timer);
  table['clearTimeout'] = clear(clearTimeout as Call);
  table['clearInterval'] = clear(clearInterval as Call);
  table['clearImmediate'] = clear(clearImmediate as Call);
  const promises = timersPromises as unknown as Table;
  const { setImmediate: soon, setTimeout: after } = promises as Record<string, Call>;
  promises['setImmediate'] = (value) =>
    surroundings ? new Promise((resolve) => surroundings?.timers.soon(() => resolve(value))) : (soon as Call)(value);
  promises['setTimeout'] = (ms, value, options) =>
    surroundings ? simulatedDelay(surroundings, Number(ms ?? 0), value, options) : (after as Call)(ms, value, options);
}

function simulatedDelay({ timers }: Surroundings, ms: number, value: unknown, options: unknown): Promise<unknown> {
  const { signal } = (options ?? {}) as { signal?: AbortSignal };
  return new Promise((resolve, reject) => {
    const timer = timers.after(ms, () => resolve(value));
    signal?.addEventListener('abort', () => {
      timers.cancel(timer);
      reject(signal.reason as Error);
    });
  });
}

function promisifiable(original: Call, replacement: Call): Call {
  const custom = (original as unknown as Record<symbol, unknown>)[promisify.custom];
  return custom ? Object.assign(replacement, { [promisify.custom]: custom }) : replacement;
}

const isOurs = (timer: unknown): boolean => typeof timer === 'object' && timer !== null && 'isSimulated' in timer;

function patchClocks(): void {
  const [now, uptime, fraction] = [Date.now, performance.now.bind(performance), Math.random];
  Date.now = () => surroundings?.wallClock() ?? now();
  Object.defineProperty(performance, 'now', {
    value: () => surroundings?.uptime() ?? uptime(),
    configurable: true,
    writable: true,
  });
  Math.random = () => surroundings?.fraction() ?? fraction();
  const { pid } = process;
  Object.defineProperty(process, 'pid', { get: () => (surroundings ? PROCESS : pid), configurable: true });
  const table = crypto as unknown as Table;
  const uuid = table['randomUUID'] as Call;
  table['randomUUID'] = (...args) => surroundings?.uuid() ?? uuid(...args);
}

/** SQLite does its own input and output: its files are real ones, in a folder that the simulation gives. */
function patchDatabases(): void {
  const url = new URL('simulatedSqlite.ts', import.meta.url).href;
  const ours = new URL('.', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'node:sqlite' && context.parentURL?.startsWith(ours) !== true
        ? { url, shortCircuit: true }
        : next(specifier, context),
  });
}

patchDisk();
patchTimers();
patchClocks();
patchDatabases();
syncBuiltinESMExports();
