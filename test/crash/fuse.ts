// Loaded ahead of a program that is to die at a named place: `NODE_OPTIONS=--import=…/fuse.ts`, with a file's path in
// SYNCLINE_FUSE. While the file is there, it holds a Place as JSON: the first call that fits kills the process, and the file is
// removed right before, so that whoever lit it knows that the place was reached. A Place that says how calls fail lets every one that
// fits fail for as long as the file is there. The program itself knows nothing of this.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { type Call, fits, type Place } from './place.ts';

type Fn = (this: unknown, ...args: unknown[]) => unknown;
type Table = Record<string, Fn>;

const table = fs as unknown as Table;
const { existsSync, readFileSync, unlinkSync } = fs;
const file = process.env['SYNCLINE_FUSE'];

/** Paths of descriptors, as far as `openSync` gave them. */
const paths = new Map<number, string>();
let lit: Place | undefined;
let count = 0;

/** The place that waits for this call, when it is its turn. Throws where calls are to fail. */
function due(made: Call): Place | undefined {
  if (file === undefined) return undefined;
  if (!existsSync(file)) {
    lit = undefined;
    return undefined;
  }
  if (!lit) {
    lit = JSON.parse(readFileSync(file, 'utf8')) as Place;
    count = 0;
  }
  if (!fits(lit, made)) return undefined;
  if (lit.fails !== undefined)
    throw Object.assign(new Error(`${lit.fails}: injected into ${made.call}`), { code: lit.fails });
  return ++count === (lit.nth ?? 1) ? lit : undefined;
}

function die(): never {
  unlinkSync(file as string);
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
}

/** Names an open folder by its path: `/proc/self/fd/12/name`. */
function realPath(path: unknown): string {
  if (typeof path === 'number') return paths.get(path) ?? '';
  const [, descriptor, rest = ''] = /^\/proc\/self\/fd\/(\d+)(.*)$/.exec(String(path)) ?? [];
  return descriptor === undefined ? String(path) : `${paths.get(Number(descriptor)) ?? ''}${rest}`;
}

const ONE_PATH = [
  'fsyncSync unlinkSync mkdirSync rmdirSync rmSync fchmodSync chmodSync ftruncateSync writeFileSync',
  'renameSync linkSync copyFileSync',
].flatMap((names) => names.split(' '));

/** The path is the second argument of this one. */
const callOf = (name: string, args: readonly unknown[]): Call =>
  name === 'symlinkSync'
    ? { call: name, at: realPath(args[1]) }
    : { call: name, at: realPath(args[0]), ...(typeof args[1] === 'string' && { to: realPath(args[1]) }) };

function wrap(name: string): void {
  const original = table[name] as Fn;
  table[name] = function (...args) {
    let place = due(callOf(name, args));
    if (place?.when === 'before') die();
    try {
      return original.apply(this, args);
    } catch (error) {
      // it did not happen, so the next one counts
      if (place) count--;
      place = undefined;
      throw error;
    } finally {
      if (place) die();
    }
  };
}

/** Making a file counts as `create`; opening one that is there does not. */
function wrapOpen(): void {
  const original = table['openSync'] as Fn;
  table['openSync'] = function (...args) {
    const at = realPath(args[0]);
    const creates = typeof args[1] === 'number' && (args[1] & fs.constants.O_CREAT) !== 0;
    const place = creates ? due({ call: 'create', at }) : undefined;
    if (place?.when === 'before') die();
    const descriptor = original.apply(this, args) as number;
    paths.set(descriptor, at);
    if (place) die();
    return descriptor;
  };
}

/** Of a write, `halfway` leaves the first half of the bytes. */
function wrapWrites(): void {
  const { writeSync } = fs;
  const half = (args: readonly unknown[]): void => {
    const bytes = args[1] as Uint8Array;
    const [from, length] = [Number(args[2] ?? 0), Number(args[3] ?? bytes.length)];
    writeSync(args[0] as number, bytes, from, Math.floor(length / 2), (args[4] as number | null) ?? null);
    die();
  };
  for (const name of ['writeSync', 'write']) {
    const original = table[name] as Fn;
    table[name] = name === 'write' ? viaCallback(written) : written;
    function written(this: unknown, ...args: unknown[]): unknown {
      const bytes = Number(args[3] ?? (args[1] as Uint8Array).length);
      const place = due({ call: name, at: realPath(args[0]), bytes });
      if (place?.when === 'before') die();
      if (place?.when === 'halfway') half(args);
      if (!place) return original.apply(this, args);
      if (name === 'writeSync') {
        original.apply(this, args);
        die();
      }
      return original.apply(this, [...args.slice(0, -1), die]);
    }
  }
  const write = table['write'] as Fn;
  Object.assign(write, {
    [promisify.custom]: (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        write(...args, (error: Error | null, bytesWritten: number) =>
          error ? reject(error) : resolve({ bytesWritten, buffer: args[1] }),
        );
      }),
  });
}

/** What fails is told as such a function tells it: to its callback, or by a promise. */
function viaCallback(call: Fn): Fn {
  return function (...args) {
    try {
      return call.apply(this, args);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const last = args.at(-1);
      if (typeof last !== 'function') return Promise.reject(error);
      return void setImmediate(last as (error: unknown) => void, error);
    }
  };
}

function wrapAsync(target: Table, name: string): void {
  const original = target[name] as Fn;
  target[name] = viaCallback(function (...args) {
    const place = due(callOf(name, args));
    if (place?.when === 'before') die();
    if (!place) return original.apply(this, args);
    const last = args.at(-1);
    if (typeof last === 'function') return original.apply(this, [...args.slice(0, -1), die]);
    return (original.apply(this, args) as Promise<unknown>).then(die);
  });
}

function wrapDatabases(): void {
  const prototype = DatabaseSync.prototype as unknown as Table;
  const original = prototype['exec'] as Fn;
  prototype['exec'] = function (sql, ...rest) {
    const at = (this as DatabaseSync).location() ?? '';
    const place = due({ call: 'exec', at, sql: String(sql) });
    if (place?.when === 'before') die();
    const result = original.call(this, sql, ...rest);
    if (place) die();
    return result;
  };
}

if (isMainThread && file !== undefined) {
  for (const name of [...ONE_PATH, 'symlinkSync']) wrap(name);
  wrapOpen();
  wrapWrites();
  wrapAsync(table, 'fsync');
  wrapAsync(fs.promises as unknown as Table, 'rm');
  wrapDatabases();
  syncBuiltinESMExports();
}
