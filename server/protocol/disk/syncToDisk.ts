import { closeSync, constants, fsync, openSync } from 'node:fs';
import { errnoOf } from './diskError.ts';
import { WORTH_WRITING_OUT } from './bulkSync.ts';

/** How many fsync calls are under way at once; the journal of a file system settles them together. */
const PARALLEL = 64;

/**
 * Resolves once the bytes and metadata of all these files and folders would survive a power cut. Folders are needed for
 * the names in them: a created, renamed or deleted file is durable when its folder is. `openAt` gives a descriptor for a
 * name (a plain `openSync` by default), so that the caller decides how paths are resolved. `writeOut` is asked first when
 * there are many; it is to name their file system.
 *
 * @throws the first failure, after all have settled.
 */
export async function syncToDisk(
  paths: readonly string[],
  openAt: (path: string) => number = openForSync,
  writeOut?: () => Promise<void>,
): Promise<void> {
  if (writeOut && paths.length >= WORTH_WRITING_OUT) await writeOut();
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
      try {
        await syncDescriptor(openAt(path));
      } catch (error) {
        if (!isNotSupported(error)) failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, paths.length) }, work));
  if (failures.length > 0) throw failures[0] as Error;
}

/** Makes one file or folder durable. */
export async function syncPath(path: string): Promise<void> {
  await syncToDisk([path]);
}

/** Opens a file or folder for nothing but syncing it; never follows a link at the end of the path. */
export function openForSync(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}

function syncDescriptor(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => {
      closeSync(descriptor);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Windows cannot flush folders, and some network file systems answer EINVAL: there the order of calls has to do. */
function isNotSupported(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'EINVAL' || errno === 'ENOTSUP' || (process.platform === 'win32' && errno === 'EPERM');
}
