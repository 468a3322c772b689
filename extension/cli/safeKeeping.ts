import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cli } from './cli.ts';
import { stateHome } from './stateHome.ts';

export interface SafeKeeping {
  readonly folder: string;
  /** Whether anything was kept. */
  readonly isUsed: boolean;
  /** Copies a file about to be replaced; `path` is where it was, relative to the folder it was in. */
  readonly keep: (file: string, path: string) => void;
}

/** Copies of files about to be replaced go to the user's state directory, by the time of the command. */
export function safeKeeping({ env }: Pick<Cli, 'env'>): SafeKeeping {
  const folder = join(stateHome(env), 'replaced', new Date().toISOString().replaceAll(':', '-'));
  let isUsed = false;
  return {
    folder,
    get isUsed() {
      return isUsed;
    },
    keep(file, path) {
      const to = join(folder, path);
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
      copyFileSync(file, to);
      isUsed = true;
    },
  };
}
