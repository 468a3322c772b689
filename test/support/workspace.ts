import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CLI, type Ended, PATIENCE_MS, Running, type ServerProcess } from './programs.ts';

/** A local folder that a `sync --watch` process keeps in sync with a server. */
export class Workspace {
  readonly folder: string;
  readonly wireLog: string;
  readonly #server: ServerProcess;
  readonly #name: string;
  running!: Running;

  constructor(server: ServerProcess, home: string, name: string) {
    this.#server = server;
    this.#name = name;
    this.folder = join(home, name);
    this.wireLog = join(home, `${name}.wire`);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Starts syncing and resolves when both sides agree. */
  async watch(...args: string[]): Promise<void> {
    const env = { ...this.#server.env(this.#name), SYNCLINE_WIRE_LOG: this.wireLog };
    this.running = new Running(CLI, ['sync', this.folder, `${this.#server.url}/files`, '--watch', '--json', ...args], {
      env,
    });
    await this.running.event('idle');
  }

  /** Whether the last that it said is that both sides agree. */
  get isIdle(): boolean {
    return this.running.lines.at(-1)?.['event'] === 'idle';
  }

  /** Any other command, as the user of this workspace. */
  cli(...args: string[]): Promise<Ended> {
    return this.#server.cli(args, { as: this.#name });
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  async stop(): Promise<Ended> {
    return this.running.stop();
  }
}

/** Resolves when the condition holds; it is looked at whenever one of these clients says something. */
export async function converge(workspaces: readonly Workspace[], holds: () => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = (): void => {
    const ended = workspaces.find(({ running }) => running.hasEnded);
    if (holds()) resolve();
    else if (ended) reject(new Error(`A client ended.\n${ended.running.stdout}\n${ended.running.stderr}`));
  };
  const said = (): string =>
    workspaces.map(({ running }) => running.stdout.slice(-2000) + running.stderr).join('\n--\n');
  const timer = setTimeout(
    () => reject(new Error(`It never came about. The last that was said:\n${said()}`)),
    PATIENCE_MS,
  );
  const listening = workspaces.map(({ running }) => running.onLine(check));
  check();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    for (const stop of listening) stop();
  }
}
