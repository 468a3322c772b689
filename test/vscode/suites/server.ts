import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** The real server program on a folder of its own, on a port that the system chooses. */
export class TestServer {
  /** What the share holds, on disk. */
  readonly files: string;
  readonly #node: string;
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'syncline-server-'));
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #port = 0;

  private constructor(node: string, program: string, files?: string) {
    this.#node = node;
    this.#program = program;
    this.files = files ?? join(this.#folder, 'files');
    mkdirSync(this.files, { recursive: true });
  }

  /** `files`: a folder to serve instead of an empty one; it stays when the server is removed. */
  static async start(node: string, root: string, files?: string): Promise<TestServer> {
    const server = new TestServer(node, join(root, 'dist', 'server.cjs'), files);
    await server.start();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** The address of the share. */
  get address(): string {
    return `${this.url}/files`;
  }

  get token(): string {
    return readFileSync(this.#tokenFile, 'utf8').trim();
  }

  /** Starts it, again on the same port when it ran before. */
  async start(): Promise<void> {
    const child = spawn(
      this.#node,
      [this.#program, 'serve', this.files, '--listen', `127.0.0.1:${this.#port}`, '--metrics', 'off'].concat([
        '--token-file',
        this.#tokenFile,
        '--json',
        '--stop-with-stdin',
      ]),
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.#child = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
    const started = (async () => {
      for await (const line of createInterface({ input: child.stdout })) {
        const event = JSON.parse(line) as { event?: string; url?: string };
        if (event.event === 'listening' && event.url !== undefined) return event.url;
      }
      throw new Error(`The server ended while starting: ${said}`);
    })();
    this.#port = Number(new URL(await started).port);
    child.stdout.resume();
  }

  /** Ends it as a service manager would, or as a power cut would. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #tokenFile(): string {
    return join(this.#folder, 'token');
  }
}
