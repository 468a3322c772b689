// Measures what a process spends where, from outside: `node --import test/bench/spans.ts PROGRAM`, with SYNCLINE_SPANS naming the
// file that gets the sums when it ends. Patches Node's own functions before the program imports them.

import crypto from 'node:crypto';
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

/** Milliseconds of the wall clock. */
export interface Spans {
  /** From the first of several that overlap to the last. */
  fsync: number;
  hash: number;
  /** Of SQLite. */
  index: number;
  /** Opening, reading, looking, renaming, linking and closing: every other call of the file system on the way. */
  files: number;
}

const sums: Spans = { fsync: 0, hash: 0, index: 0, files: 0 };

export const spansSoFar = (): Spans => ({ ...sums });

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** Calls within calls count once, for the outer one. */
let depth = 0;

function measured(owner: object, name: string, span: keyof Spans): void {
  const original = Reflect.get(owner, name) as Callable | undefined;
  if (!original) return;
  const replacement: Callable = function (...args) {
    if (depth > 0) return original.apply(this, args);
    depth++;
    const begun = performance.now();
    try {
      return original.apply(this, args);
    } finally {
      sums[span] += performance.now() - begun;
      depth--;
    }
  };
  Reflect.set(owner, name, replacement);
}

/** In the background, where several may be under way. */
function measuredLater(owner: object, name: string, span: keyof Spans): void {
  const original = Reflect.get(owner, name) as Callable;
  let underWay = 0;
  let begun = 0;
  const replacement: Callable = function (...args) {
    const done = args.at(-1) as (...results: unknown[]) => void;
    if (underWay++ === 0) begun = performance.now();
    return original.call(this, ...args.slice(0, -1), (...results: unknown[]) => {
      if (--underWay === 0) sums[span] += performance.now() - begun;
      done(...results);
    });
  };
  Reflect.set(owner, name, replacement);
}

for (const name of ['fsyncSync', 'fdatasyncSync']) measured(fs, name, 'fsync');
for (const name of ['fsync', 'fdatasync']) measuredLater(fs, name, 'fsync');
for (const name of Object.keys(fs).filter((each) =>
  /^(open|read|write|lstat|fstat|stat|rename|link|unlink|close|chmod|fchmod|readdir|rm)Sync$/.test(each),
))
  measured(fs, name, 'files');
for (const name of ['read', 'write', 'open', 'close']) measuredLater(fs, name, 'files');
measured(crypto, 'hash', 'hash');
for (const name of ['exec']) measured(DatabaseSync.prototype, name, 'index');
for (const name of ['run', 'get', 'all']) measured(StatementSync.prototype, name, 'index');
syncBuiltinESMExports();

const file = process.env['SYNCLINE_SPANS'];
if (file) process.on('exit', () => writeFileSync(file, JSON.stringify(sums)));
