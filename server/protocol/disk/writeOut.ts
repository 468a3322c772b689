import { spawn } from 'node:child_process';

/**
 * Asks the system to write out what the files of a folder's file system hold in memory, all of them together. A hint: it
 * makes the `fsync` calls that follow cheap, because they find nothing left to do, and decides nothing. Never rejects.
 */
export type WriteOut = (folder: string) => Promise<void>;

/** With so many files to be synced the hint is worth a process. */
export const WORTH_WRITING_OUT = 192;

/** Another program may have left a lot to be written; nobody waits longer for that than this, milliseconds. */
const LONGEST_MS = 1_000;

/**
 * By `sync -f` of the GNU tools, which is syncfs(2): the disk is told once, where a call for each file tells it again and
 * again (10,000 files of 8 KB: 0.3 s in place of 0.8 s with 64 threads, 3 s with 4). Where there is no such program nothing
 * happens.
 */
export function systemWriteOut(): WriteOut {
  let isOffered = process.platform === 'linux';
  return (folder) => {
    if (!isOffered) return Promise.resolve();
    return new Promise((resolve) => {
      const child = spawn('sync', ['-f', folder], { stdio: 'ignore' });
      const timer = setTimeout(resolve, LONGEST_MS);
      const settle = (status: number | null): void => {
        clearTimeout(timer);
        isOffered &&= status === 0;
        resolve();
      };
      child.once('error', () => settle(null));
      child.once('exit', settle);
      child.unref();
    });
  };
}

/**
 * Has effect until something has used the pool of threads, so it is called first of all. With the usual four, thousands of
 * small files are synced four at a time, each waiting for the disk.
 */
export function useManyDiskThreads(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= '32';
}
