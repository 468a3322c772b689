import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** The calls by which a store looks at and changes files. */
const CALLS = [
  'chmodSync',
  'fchmodSync',
  'fstatSync',
  'fsync',
  'fsyncSync',
  'ftruncateSync',
  'linkSync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'readSync',
  'readdirSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'statfsSync',
  'symlinkSync',
  'unlinkSync',
  'writeSync',
] as const;

type Call = (...args: unknown[]) => unknown;

export interface FaultyDisk {
  /** Calls made so far. */
  readonly calls: number;
  /** Name of the call that failed first. */
  readonly failed: string | undefined;
  repair(): void;
}

/**
 * Makes the disk fail at the n-th call (counted from one): that call alone, or with `forGood` that one and all after it, which
 * is what a process looks like from outside when it dies there.
 */
export function breakDisk(at: number, code: string, forGood: boolean): FaultyDisk {
  const table = fs as unknown as Record<string, Call>;
  const originals = CALLS.map((name) => [name, table[name] as Call] as const);
  const state = { calls: 0, failed: undefined as string | undefined, repair };
  for (const [name, original] of originals)
    table[name] = (...args) => {
      state.calls++;
      if (forGood ? state.calls < at : state.calls !== at) return original(...args);
      state.failed ??= name;
      const error = Object.assign(new Error(`${code}: injected into ${name}`), { code });
      if (name !== 'fsync') throw error;
      setImmediate(args[1] as (error: Error) => void, error);
      return undefined;
    };
  syncBuiltinESMExports();
  function repair(): void {
    for (const [name, original] of originals) table[name] = original;
    syncBuiltinESMExports();
  }
  return state;
}
