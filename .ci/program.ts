// One of Syncline's own programs as a child process: its JSON lines as events, its log in a file, its end on request.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ProgramEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** Everything the program says that is no JSON line. */
  readonly logFile: string;
}

const DEADLINE_MS = 60_000;
const GRACE_MS = 10_000;
const KEPT_LINES = 10;

export class Program {
  readonly name: string;
  /** Settles when the program has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: WriteStream;
  readonly #logFile: string;
  readonly #listeners = new Set<(event: ProgramEvent) => void>();
  readonly #lastLines: string[] = [];

  constructor(name: string, args: readonly string[], { cwd, logFile }: ProgramOptions) {
    this.name = name;
    this.#logFile = logFile;
    this.#log = createWriteStream(logFile, { flags: 'a' });
    this.#child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.#read(line));
    }
    this.ended = once(this.#child, 'close').then(() => void this.#log.end());
  }

  /** Called with every event from now on, until the returned function is called. */
  onEvent(listener: (event: ProgramEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first event from now on that `isWanted`; rejects when the program ends before it, or after a minute. */
  async waitFor(what: string, isWanted: (event: ProgramEvent) => boolean): Promise<ProgramEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<ProgramEvent>();
    const unsubscribe = this.onEvent((event) => isWanted(event) && resolve(event));
    const timer = setTimeout(() => reject(this.failure(`said nothing of "${what}" for a minute`)), DEADLINE_MS);
    void this.ended.then(() => reject(this.failure('ended')));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }

  /** What a person should read when the program did something that it should not have. */
  failure(what: string): Error {
    return new Error([`The ${this.name} ${what} (see ${this.#logFile}):`, ...this.#lastLines].join('\n  '));
  }

  /** Asks the program to end and waits for it; ends it by force after ten seconds. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #read(line: string): void {
    const event = parseEvent(line);
    if (event) return this.#listeners.forEach((listener) => listener(event));
    this.#log.write(`${line}\n`);
    this.#lastLines.push(line);
    if (this.#lastLines.length > KEPT_LINES) this.#lastLines.shift();
  }
}

function parseEvent(line: string): ProgramEvent | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as ProgramEvent;
  } catch {
    return undefined;
  }
}
