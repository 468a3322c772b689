import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { type ErrorName, ERRORS, SynclineError } from '../../../server/protocol/errors.ts';
import { isRunning } from '../../../server/protocol/isRunning.ts';
import { LISTENING_FILE } from '../../../server/protocol/listeningFile.ts';
import { printable, STATE_FOLDER } from '../../../server/protocol/wirePath.ts';

export interface LocalServerOptions {
  /** The server's program, one file. */
  readonly program: string;
  /** The folder it serves; made when missing. */
  readonly directory: string;
  /** Tried in this order while a port is taken; 0 lets the system choose. */
  readonly ports: readonly number[];
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
  pid: v.number(),
});

const failed = v.looseObject({ event: v.literal('failed'), code: v.string(), message: v.string() });

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
type Listening = v.InferOutput<typeof listening>;

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

  get directory(): string {
    return this.#options.directory;
  }

  get running(): RunningServer | undefined {
    return this.#running;
  }

  /** @throws SynclineError with what the server said; `TargetBusy` when another process serves the folder already. */
  async start(): Promise<RunningServer> {
    const { directory, ports, tokenFile } = this.#options;
    await mkdir(directory, { recursive: true });
    await mkdir(dirname(tokenFile), { recursive: true });
    for (const [at, port] of ports.entries()) {
      try {
        this.#running = await runningServer(await this.#launch(port));
        return this.#running;
      } catch (error) {
        await this.stop();
        const isTaken = SynclineError.from(error).code === 'ConnectionFailed';
        if (!isTaken || at === ports.length - 1) throw error;
      }
    }
    throw new SynclineError('Usage', l10n.t('There is no port to start the server on.'));
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

  async #launch(port: number): Promise<Listening> {
    const { program, directory, tokenFile } = this.#options;
    const listen = ['--listen', `127.0.0.1:${port}`, '--metrics', 'off'];
    const args = [program, 'serve', directory, ...listen, '--token-file', tokenFile, '--json', '--stop-with-stdin'];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.versions['electron'] !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
    });
    this.#child = child;
    child.once('exit', () => this.#forget(child));
    return this.#firstLine(child);
  }

  async #firstLine(child: Child): Promise<Listening> {
    const { promise, resolve, reject } = Promise.withResolvers<Listening>();
    let said = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = line;
      this.#options.log(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#options.log(line);
      const json = readJson(line);
      const parsed = v.safeParse(listening, json);
      if (parsed.success) return resolve(parsed.output);
      const fault = v.safeParse(failed, json);
      if (fault.success) reject(new SynclineError(knownCode(fault.output.code), printable(fault.output.message)));
    });
    child.once('error', (cause) =>
      reject(new SynclineError('Internal', l10n.t('The server could not be started.'), { cause })),
    );
    child.once('close', () =>
      reject(new SynclineError('Internal', l10n.t('The server ended while starting. {0}', printable(said)))),
    );
    const timer = setTimeout(
      () => reject(new SynclineError('DeadlineExceeded', l10n.t('The server did not start in time.'))),
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

/**
 * The server that holds the lock of a folder, by what it wrote into the folder's state; undefined when that says nothing of
 * use. Ask only after the folder was found locked: the file outlives a server that was killed.
 */
export async function serverOf(directory: string): Promise<RunningServer | undefined> {
  const file = join(directory, STATE_FOLDER, LISTENING_FILE);
  const parsed = v.safeParse(listening, readJson(await readFile(file, 'utf8').catch(() => '')));
  if (!parsed.success || !LOOPBACK.test(parsed.output.url) || !isRunning(parsed.output.pid)) return undefined;
  return runningServer(parsed.output).catch(() => undefined);
}

const LOOPBACK = /^ws:\/\/127\.0\.0\.1:\d{1,5}$/;
const TOKEN = /^[\w-]{16,128}$/;

async function runningServer({ url, share, tokenFile }: Listening): Promise<RunningServer> {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  if (!TOKEN.test(token)) throw new SynclineError('Internal', l10n.t('The server’s token file holds no token.'));
  return { url, share, token };
}

const knownCode = (code: string): ErrorName => (code in ERRORS ? (code as ErrorName) : 'Internal');

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
