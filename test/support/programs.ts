import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** The built programs, as a person runs them. */
const DIST = process.env['SYNCLINE_DIST'] ?? resolve(import.meta.dirname, '../../dist');
export const CLI = join(DIST, 'cli.cjs');
export const SERVER = join(DIST, 'server.cjs');
/** For all of them, because each would have to be compiled anew. */
const CACHE = join(DIST, '../.cache/compiled');

export type Line = Readonly<Record<string, unknown>>;
type Env = Readonly<Record<string, string | undefined>>;

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout that are JSON. */
  readonly lines: readonly Line[];
}

export interface StartOptions {
  readonly env?: Env;
  readonly cwd?: string;
  readonly input?: string;
  /** Program and arguments that the program is run by, for example to limit it. */
  readonly through?: readonly string[];
  readonly uid?: number;
}

/** How long something may take to come about, on a machine that is busy. */
export const PATIENCE_MS = 60_000;

/** One of Syncline's programs as a process of its own. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(script: string, args: readonly string[], options: StartOptions = {}) {
    const [command = process.execPath, ...rest] = [...(options.through ?? []), process.execPath, script, ...args];
    this.child = spawn(command, rest, {
      cwd: options.cwd,
      env: {
        ...process.env,
        SYNCLINE_TOKEN: undefined,
        SYNCLINE_SERVER: undefined,
        NO_COLOR: undefined,
        XDG_CACHE_HOME: CACHE,
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    });
    this.child.stdin?.on('error', () => {}).end(options.input ?? '');
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (line) => this.#read(line));
    this.ended = once(this.child, 'close').then(([status, signal]) => {
      for (const check of [...this.#waiting]) check();
      const { stdout, stderr, lines } = this;
      return { status: status as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr, lines };
    });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The first line, of those from `from` on, that fits; fails when the program ends before it. */
  async line(what: string, fits: (line: Line) => boolean, from = 0): Promise<Line> {
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    const check = (): void => {
      const found = this.lines.slice(from).find(fits);
      if (found) resolve(found);
      else if (this.hasEnded) reject(new Error(`It ended before it told of ${what}.\n${this.stdout}\n${this.stderr}`));
    };
    const timer = setTimeout(
      () => reject(new Error(`It did not tell of ${what}.\n${this.stdout.slice(-3000)}\n${this.stderr.slice(-3000)}`)),
      PATIENCE_MS,
    );
    const stopListening = this.onLine(check);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }

  /** Calls back after each line, and when the program has ended, until the returned function is called. */
  onLine(listener: () => void): () => void {
    const own = (): void => listener();
    this.#waiting.add(own);
    return () => void this.#waiting.delete(own);
  }

  /** A line with this event. */
  event(name: string, from = 0): Promise<Line> {
    return this.line(`“${name}”`, ({ event }) => event === name, from);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.ended;
  }

  #read(text: string): void {
    this.stdout += `${text}\n`;
    if (!text.startsWith('{')) return;
    this.lines.push(JSON.parse(text) as Line);
    for (const check of [...this.#waiting]) check();
  }
}

/** Runs `syncline` to its end. */
export function cli(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return new Running(CLI, args, options).ended;
}

/** A real server on a folder and a port of its own, stopped after the test, with the environment that a client of it needs. */
export class ServerProcess {
  readonly folder: string;
  readonly #home: string;
  readonly #options: StartOptions & { readonly args?: readonly string[] };
  running!: Running;
  /** `ws://127.0.0.1:PORT` */
  url = '';
  tokenFile = '';

  private constructor(home: string, options: StartOptions & { readonly args?: readonly string[] }) {
    this.#home = home;
    this.#options = options;
    this.folder = join(home, 'server');
    mkdirSync(this.folder, { recursive: true });
  }

  static async start(
    t: Pick<TestContext, 'after'>,
    home: string,
    options: StartOptions & { readonly args?: readonly string[] } = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(home, options);
    await server.start();
    t.after(() => server.running.stop());
    return server;
  }

  /** Starts it, again on the same port after a stop. */
  async start(): Promise<void> {
    const listen = this.url === '' ? '127.0.0.1:0' : this.url.slice('ws://'.length);
    const { args = [], ...options } = this.#options;
    const rest = [
      '--listen',
      listen,
      '--token-file',
      join(this.#home, 'token'),
      '--metrics',
      '127.0.0.1:0',
      '--json',
      ...args,
    ];
    this.running = new Running(CLI, ['serve', this.folder, ...rest], { cwd: this.#home, ...options });
    const listening = await this.running.event('listening');
    this.url = String(listening['url']);
    this.tokenFile = String(listening['tokenFile']);
    this.metricsUrl = String(listening['metrics']);
  }

  metricsUrl = '';

  get token(): string {
    return readFileSync(this.tokenFile, 'utf8').trim();
  }

  /** What a client needs to reach it: `name` keeps the states of several clients apart. */
  env(name = 'client'): Env {
    return {
      SYNCLINE_SERVER: `${this.url}/files`,
      SYNCLINE_TOKEN: this.token,
      XDG_STATE_HOME: join(this.#home, 'state', name),
    };
  }

  cli(args: readonly string[], options: StartOptions & { readonly as?: string } = {}): Promise<Ended> {
    return cli(args, { cwd: this.#home, ...options, env: { ...this.env(options.as), ...options.env } });
  }
}
