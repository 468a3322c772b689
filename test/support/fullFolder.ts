import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

type Call = (...args: unknown[]) => unknown;

/** Calls that make something, and which of their arguments says where. */
const MAKING = { linkSync: 1, renameSync: 1, symlinkSync: 1, copyFileSync: 1, mkdirSync: 0 } as const;

/** For the rest of the test there is no room in a folder for anything more, while there is everywhere else. */
export function fillUp(t: TestContext, folder: string): void {
  const table = fs as unknown as Record<string, Call>;
  const originals = Object.entries(MAKING).map(([name, at]) => [name, at, table[name] as Call] as const);
  for (const [name, at, original] of originals)
    table[name] = (...args) => {
      if (String(args[at]).startsWith(folder)) throw Object.assign(new Error(`ENOSPC: ${name}`), { code: 'ENOSPC' });
      return original(...args);
    };
  syncBuiltinESMExports();
  t.after(() => {
    for (const [name, , original] of originals) table[name] = original;
    syncBuiltinESMExports();
  });
}
