import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as v from 'valibot';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable } from '../../../server/protocol/wirePath.ts';

export interface LocalServerOptions {
  /** The server's program, one file. */
  readonly program: string;
  /** The folder it serves; made when missing. */
  readonly directory: string;
  readonly port: number;
  readonly tokenFile: string;
  readonly log: (line: string) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly share: string;
  readonly token: string;
}

const listening = v.looseObject({
  event: v.literal('listening'),
  url: v.string(),
  share: v.string(),
  tokenFile: v.string(),
});

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const START_MS = 20_000;
const GRACE_MS = 5_000;

/** A server process that belongs to this window: it is stopped with it, and ends by itself when the window is gone. */
export class LocalServer {
  readonly #options: LocalServerOptions;
  #child: Child | undefined;
  #running: RunningServer | undefined;

  constructor(options: LocalServerOptions) {
    this.#options = options;
  }

  get running(): RunningServer | undefined {
    return this.#running;
  }

  /** @throws SynclineError with what the server said when it did not start. */
  async start(): Promise<RunningServer> {
    const { program, directory, port, tokenFile } = this.#options;
    await mkdir(directory, { recursive: true });
    await mkdir(dirname(tokenFile), { recursive: true });
    const listen = ['--listen', `127.0.0.1:${port}`, '--metrics', 'off'];
    const args = [program, 'serve', directory, ...listen, '--token-file', tokenFile, '--json', '--stop-with-stdin'];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.versions['electron'] !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
    });
    this.#child = child;
    child.once('exit', () => this.#forget(child));
    try {
      const line = await this.#firstLine(child);
      const token = (await readFile(line.tokenFile, 'utf8')).trim();
      this.#running = { url: line.url, share: line.share, token };
      return this.#running;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Lets it finish what it is doing; kills it when that takes too long. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#forget(child);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  async #firstLine(child: Child): Promise<v.InferOutput<typeof listening>> {
    const { promise, resolve, reject } = Promise.withResolvers<v.InferOutput<typeof listening>>();
    let said = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = line;
      this.#options.log(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#options.log(line);
      const parsed = v.safeParse(listening, readJson(line));
      if (parsed.success) resolve(parsed.output);
    });
    child.once('error', (cause) =>
      reject(new SynclineError('Internal', 'The server could not be started.', { cause })),
    );
    child.once('exit', () =>
      reject(new SynclineError('Internal', `The server ended while starting. ${printable(said)}`)),
    );
    const timer = setTimeout(
      () => reject(new SynclineError('DeadlineExceeded', 'The server did not start in time.')),
      START_MS,
    );
    return promise.finally(() => clearTimeout(timer));
  }

  #forget(child: Child | undefined): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#running = undefined;
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
