import { type ChildProcess, spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';

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

  /** One `fsync` for each descriptor, away from the event loop; closes them in any case. @throws the first failure, after all. */
  sync(descriptors: readonly number[]): Promise<void>;
}

/** With so many files to be synced the hint is worth a process. */
export const WORTH_WRITING_OUT = 192;

/** Another program may have left a lot to be written; nobody waits longer for that than this, milliseconds. */
const LONGEST_MS = 1_000;

const THREADS = 4;

/**
 * The hint is `sync -f` of the GNU tools, which is syncfs(2): the disk is told once, where a call for each file tells it again
 * and again (10,000 files of 8 KB: 0.3 s in place of 0.8 s with 64 threads, 3 s with 4). Where there is no such program
 * nothing happens. Threads are started when they are needed first, and keep no process alive.
 */
export class SystemBulkSync implements BulkSync {
  readonly #threads: SyncThread[] = [];
  readonly #writers = new Map<string, DiskWriter>();

  writeOut(folder: string): Promise<void> {
    if (process.platform !== 'linux') return Promise.resolve();
    let writer = this.#writers.get(folder);
    if (!writer) this.#writers.set(folder, (writer = new DiskWriter(folder)));
    return writer.writeOut();
  }

  sync(descriptors: readonly number[]): Promise<void> {
    const free = this.#threads.find(({ waiting }) => waiting === 0);
    if (free) return free.sync(descriptors);
    if (this.#threads.length < THREADS) {
      const added = new SyncThread();
      this.#threads.push(added);
      return added.sync(descriptors);
    }
    const [first, ...others] = this.#threads as [SyncThread, ...SyncThread[]];
    return others.reduce((best, each) => (each.waiting < best.waiting ? each : best), first).sync(descriptors);
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) writer.close();
    this.#writers.clear();
    await Promise.all(this.#threads.splice(0).map((thread) => thread.close()));
  }
}

/** A shell that waits for a line and answers with one when all is written out; to start it each time costs 20 ms of ours. */
const SCRIPT = 'while read -r line; do sync -f "$1" || exit; echo; done';

/** Keeps one shell per folder, from the first call on. */
class DiskWriter {
  readonly #shell: ChildProcess;
  readonly #waiting: (() => void)[] = [];
  #ended = false;

  constructor(folder: string) {
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

/** Complete in itself, because the programs are single files, and one of them can only be loaded by an editor. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const { closeSync, fsyncSync } = require('node:fs');
parentPort.on('message', (descriptors) => {
  let failure = null;
  for (const descriptor of descriptors) {
    try {
      fsyncSync(descriptor);
    } catch (error) {
      failure ??= { code: error.code, message: error.message };
    }
    closeSync(descriptor);
  }
  parentPort.postMessage(failure);
});
`;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class SyncThread {
  readonly #worker = new Worker(PROGRAM, { eval: true, trackUnmanagedFds: false, execArgv: [] });
  /** In the order of the answers. */
  readonly #waiting: Waiting[] = [];
  #ended: Error | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (failure: { readonly code: string; readonly message: string } | null) => {
      const next = this.#waiting.shift();
      if (failure) next?.reject(Object.assign(new Error(failure.message), { code: failure.code }));
      else next?.resolve();
    });
    this.#worker.on('error', (error) => (this.#ended = error as Error));
    this.#worker.on('exit', () => {
      this.#ended ??= new Error('The thread that syncs files has ended.');
      for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  sync(descriptors: readonly number[]): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(descriptors);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
