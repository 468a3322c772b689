import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from './temporaryFolder.ts';

/** The server's program as source; tests of the bundle name `dist/server.cjs` instead. */
export const SERVER_SOURCE = join(import.meta.dirname, '../../server/main.ts');

export interface ServerProcessOptions {
  /** The folder to serve. Default: an empty one of the test's own. */
  readonly directory?: string;
  /** Further arguments. */
  readonly args?: readonly string[];
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What the one line of `--json` says. */
export interface Listening {
  readonly event: 'listening';
  readonly url: string;
  readonly share: string;
  readonly shares: readonly string[];
  readonly tokenFile: string;
  readonly pid: number;
  readonly connect: string;
  readonly metrics: string | null;
}

export interface ServerProcess extends Listening {
  readonly directory: string;
  readonly token: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Everything on stderr so far. */
  log(): string;
  /** Sends the signal, SIGTERM by default, and resolves to the exit status (the name of the signal when that ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

interface Cleanup {
  after(work: () => void | Promise<void>): void;
}

/** Starts a real server on free ports and resolves when it accepts connections. It is stopped after the test. */
export async function startServer(t: Cleanup, options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const directory = options.directory ?? temporaryFolder(t);
  const ports = ['--listen', '127.0.0.1:0', '--metrics', '127.0.0.1:0'];
  const args = ['serve', directory, ...ports, '--json', ...(options.args ?? [])];
  const child = spawn(process.execPath, [options.program ?? SERVER_SOURCE, ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const stop: ServerProcess['stop'] = async (signal = 'SIGTERM') => {
    child.kill(signal);
    const [code, ended] = await exited;
    return code ?? ended;
  };
  t.after(async () => {
    const overdue = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await stop();
    clearTimeout(overdue);
  });
  const first = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const line = await Promise.race([first.then(([text]) => text), exited.then(() => null)]);
  if (line === null) throw new Error(`The server ended while starting:\n${log}`);
  const listening = JSON.parse(line) as Listening;
  const token = readFileSync(listening.tokenFile, 'utf8').trim();
  return { ...listening, directory, token, child, log: () => log, stop };
}
