import { type BigIntStats, statSync } from 'node:fs';
import { SynclineError } from '../errors.ts';
import { DirtyPaths } from './dirtyPaths.ts';
import { FolderWatches } from './folderWatches.ts';
import { watchRecursively } from './watchRecursively.ts';

export interface WatchOptions {
  /** Folders that are not watched and paths that are not reported. `.syncline` is always skipped. */
  readonly skip?: ((path: string, isDirectory: boolean) => boolean) | undefined;
  /**
   * Paths, relative to the root, that may have changed since the call before: each may now hold something, something else or
   * nothing, and where a path holds a folder, anything below it may have changed. `'everything'`: events were lost or there
   * were too many; look at the whole tree. Reports are hints to look; what they say may be out of date already.
   */
  readonly onEvent: (paths: ReadonlySet<string> | 'everything') => void;
  /**
   * Whether a path holds just what the watching program itself has put there, so that nobody needs to look. Asked where folders
   * are watched one by one, about paths whose name changed.
   */
  readonly isOwn?: ((path: string, stat: BigIntStats) => boolean) | undefined;
  /** Some folders cannot be watched (limits of the system, usually): rely on periodic scans. Called once at most. */
  readonly onDegraded?: ((error: SynclineError) => void) | undefined;
  /**
   * Reports are held back until nothing has happened for so long, at most ten times as long; a fifth of it when all that
   * happened is that a few files were written to. Milliseconds; default 20.
   */
  readonly debounceMs?: number | undefined;
}

export interface DirectoryWatch {
  /** After this nothing is reported any more. */
  close(): void;
  /**
   * Watches a folder that the caller has just made, so that everything that is put into it is reported. Whether it is so; what
   * somebody else has put there already is reported.
   */
  watchNew(path: string): boolean;
  /** Folders being watched; 1 where the system watches whole trees. */
  readonly size: number;
}

/**
 * Watches a folder and everything below it. Resolves when all watches stand, so that a change made after that is reported.
 * On Linux every folder has a watch of its own (the recursive mode of `fs.watch` misses changes there); a new folder is
 * watched and reported as a whole, so nothing that was put in it before its watch stood is lost. A root that vanishes is
 * reported as `'everything'`; when it is back, watch anew. Does not keep the process alive.
 *
 * @throws SynclineError `RootUnavailable` when the root is missing or no folder.
 */
export async function watchDirectory(root: string, options: WatchOptions): Promise<DirectoryWatch> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new SynclineError('RootUnavailable', 'There is no folder to watch.');
  const dirty = new DirtyPaths(options.onEvent, options.debounceMs ?? 20);
  if (process.platform === 'darwin' || process.platform === 'win32') return watchRecursively(root, dirty, options);
  const watches = new FolderWatches(root, dirty, options);
  await watches.watchTree('');
  return watches;
}
