import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './diskError.ts';

/**
 * Makes a folder and those above it that are missing; gives the outermost that was made, undefined when all were there. Throws what
 * the file system says. (Node's own recursive mkdir says ENOENT of a file system that is read-only.)
 */
export function makeFolders(folder: string, mode?: number): string | undefined {
  const options = { recursive: true, ...(mode !== undefined && { mode }) } as const;
  try {
    return mkdirSync(folder, options);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeOutermost(folder, mode);
    return mkdirSync(folder, options);
  }
}

function makeOutermost(folder: string, mode: number | undefined): void {
  let outermost = folder;
  while (!existsSync(dirname(outermost)) && dirname(outermost) !== outermost) outermost = dirname(outermost);
  mkdirSync(outermost, mode === undefined ? {} : { mode });
}
