import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, Running, type ServerProcess } from '../support/programs.ts';
import type { Ledger } from './ledger.ts';

const PATHS = 4;

/** Somebody who uses the command line, one command after the other, each of which may be killed. */
export class CommandUser {
  readonly #server: ServerProcess;
  readonly #ledger: Ledger;
  readonly #home: string;
  readonly #open = new Map<string, string[]>();
  #running: Running | undefined;
  #count = 0;

  constructor(server: ServerProcess, ledger: Ledger, home: string) {
    this.#server = server;
    this.#ledger = ledger;
    this.#home = home;
    mkdirSync(home, { recursive: true });
  }

  /** Uploads a new version of one of a few files. It is acknowledged when the command ends with status 0. */
  async put(): Promise<void> {
    const count = ++this.#count;
    const path = `put/f${count % PATHS}`;
    const bytes = Buffer.from(`put ${count}\n`.repeat(1 + (count % 50) * 20));
    const file = join(this.#home, `upload${count % PATHS}`);
    writeFileSync(file, bytes);
    const id = randomUUID();
    this.#ledger.begin({ id, effects: new Map([[path, this.#ledger.write(bytes)]]) });
    const { status, lines } = await this.#run('put', file, path, '--json');
    const before = this.#open.get(path) ?? [];
    this.#open.set(path, [...before, id]);
    if (status !== 0) return;
    const [uploaded] = lines;
    assert(uploaded, 'put with status 0 has told nothing');
    this.#ledger.acknowledge(id, Number(uploaded['rev']));
    // whatever was under way before can no longer take the place of this
    for (const earlier of before) this.#ledger.refuse(earlier);
    this.#open.set(path, []);
  }

  /** Downloads a folder of the share over what is there. */
  async get(): Promise<void> {
    await this.#run('get', 'w1', 'got', '--force');
  }

  /** Syncs a folder once. */
  async sync(folder: string, ...more: string[]): Promise<{ status: number | null; text: string; last: object }> {
    const args = ['sync', folder, `${this.#server.url}/files`, '--yes', '--json', ...more];
    const { status, stdout, stderr, lines } = await this.#run(...args);
    return { status, text: stdout + stderr, last: lines.at(-1) ?? {} };
  }

  kill(): void {
    this.#running?.child.kill('SIGKILL');
  }

  get isRunning(): boolean {
    return this.#running !== undefined && !this.#running.hasEnded;
  }

  async #run(...args: string[]) {
    this.#running = new Running(CLI, args, { cwd: this.#home, env: this.#server.env() });
    return await this.#running.ended;
  }
}
