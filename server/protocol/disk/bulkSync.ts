import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';

/**
 * Help with making thousands of small files durable. Where a program or test leaves it out, each file is synced by itself,
 * with the same result.
 */
export interface BulkSync {
  /**
   * Asks the system to write out what the files of a folder's file system hold in memory, all of them together. A hint: it
   * makes the `fsync` calls that follow cheap, because they find nothing left to do, and decides nothing. Never rejects.
   */
  writeOut(folder: string): Promise<void>;
}

/** With so many files to be synced the hint is worth a process. */
export const WORTH_WRITING_OUT = 192;

/** Another program may have left a lot to be written; nobody waits longer for that than this, milliseconds. */
const LONGEST_MS = 1_000;

/**
 * The hint is `sync -f` of the GNU tools, which is syncfs(2): the disk is told once, where a call for each file tells it again
 * and again (10,000 files of 8 KB: 0.3 s in place of 0.8 s with 64 threads, 3 s with 4). Where there is no such program
 * nothing happens.
 */
export class SystemBulkSync implements BulkSync {
  /** By the device of the file system. */
  readonly #writers = new Map<number, DiskWriter>();

  writeOut(folder: string): Promise<void> {
    if (process.platform !== 'linux') return Promise.resolve();
    const device = deviceOf(folder);
    if (device === undefined) return Promise.resolve();
    let writer = this.#writers.get(device);
    // one whose folder has gone may have ended with it
    if (!writer || (writer.hasEnded && writer.folder !== folder))
      this.#writers.set(device, (writer = new DiskWriter(folder)));
    return writer.writeOut();
  }

  close(): void {
    for (const writer of this.#writers.values()) writer.close();
    this.#writers.clear();
  }
}

/** Undefined where it cannot be told: then nothing is written out. */
function deviceOf(folder: string): number | undefined {
  try {
    return statSync(folder).dev;
  } catch {
    return undefined;
  }
}

/** A shell that waits for a line and answers with one when all is written out; to start it each time costs 20 ms of ours. */
const SCRIPT = 'while read -r line; do sync -f "$1" || exit; echo; done';

/** Keeps one shell for the file system of a folder, from the first call on. */
class DiskWriter {
  readonly folder: string;
  readonly #shell: ChildProcess;
  readonly #waiting: (() => void)[] = [];
  #ended = false;

  constructor(folder: string) {
    this.folder = folder;
    this.#shell = spawn('sh', ['-c', SCRIPT, 'sh', folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    const end = (): void => {
      this.#ended = true;
      for (const wake of this.#waiting.splice(0)) wake();
    };
    this.#shell.once('error', end);
    this.#shell.once('exit', end);
    this.#shell.stdin?.on('error', end);
    this.#shell.stdout?.on('data', (answers: Buffer) => {
      for (const wake of this.#waiting.splice(0, answers.length)) wake();
    });
    for (const handle of [this.#shell, this.#shell.stdin, this.#shell.stdout]) (handle as { unref?(): void }).unref?.();
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  writeOut(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LONGEST_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#shell.stdin?.write('\n');
    });
  }

  close(): void {
    this.#ended = true;
    this.#shell.stdin?.end();
  }
}
