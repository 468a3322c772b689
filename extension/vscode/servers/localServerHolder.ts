import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { LocalServer, type RunningServer, serverOf } from './localServer.ts';

/** Where the server was, and the port that the settings asked for then. */
export interface ServedBefore {
  readonly url: string;
  readonly configured: number;
}

export interface LocalServerMemory {
  read(): ServedBefore | undefined;
  write(served: ServedBefore): void;
}

/** How often, and how long apart (milliseconds), a folder is tried that is locked without a word on where its server is. */
const ATTEMPTS = 20;
const AGAIN_MS = 500;

/**
 * The server on this machine that the settings describe: of this window, or of another window or terminal that serves the same
 * folder already and is used together with it.
 */
export class LocalServerHolder {
  readonly #program: string;
  readonly #storage: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: LocalServerMemory;
  #server: LocalServer | undefined;
  #starting: Promise<RunningServer> | undefined;
  /** Where a server runs that is not this window's own. */
  #sharedUrl: string | undefined;

  constructor(program: string, storage: vscode.Uri, memory: LocalServerMemory, log: vscode.LogOutputChannel) {
    this.#program = program;
    this.#storage = storage;
    this.#memory = memory;
    this.#log = log;
  }

  /** The server that runs already, or a new one. One attempt at a time, however many ask. */
  start(): Promise<RunningServer> {
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** Whether one of these servers is the one that was started from here before, and ended with its window. */
  servedBefore(urls: readonly string[]): boolean {
    const url = this.#memory.read()?.url;
    return url !== undefined && urls.includes(url) && !this.#server?.running;
  }

  /** Whether the server at this address was another window's, so that this window has to take over when it ends. */
  isShared(url: string): boolean {
    return this.#sharedUrl === url;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  async #start(): Promise<RunningServer> {
    const settings = vscode.workspace.getConfiguration('syncline.localServer');
    const own = vscode.Uri.joinPath(this.#storage, 'server');
    const directory = settings.get<string>('directory') || vscode.Uri.joinPath(own, 'files').fsPath;
    const configured = settings.get<number>('port') ?? 0;
    const server = await this.#serverFor(directory, this.#ports(configured), vscode.Uri.joinPath(own, 'token').fsPath);
    const running = server.running ?? (await this.#startOrShare(server, directory));
    this.#memory.write({ url: running.url, configured });
    return running;
  }

  async #serverFor(directory: string, ports: readonly number[], tokenFile: string): Promise<LocalServer> {
    if (this.#server?.running && this.#server.directory === directory) return this.#server;
    await this.#server?.stop();
    const log = (line: string) => this.#log.debug(`local server: ${line}`);
    this.#server = new LocalServer({ program: this.#program, directory, ports, tokenFile, log });
    return this.#server;
  }

  /** While another server is just starting or stopping, the folder is locked and nobody says by whom. */
  async #startOrShare(server: LocalServer, directory: string): Promise<RunningServer> {
    this.#sharedUrl = undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await server.start();
      } catch (error) {
        if (SynclineError.from(error).code !== 'TargetBusy') throw error;
        const shared = await serverOf(directory);
        if (shared) {
          this.#sharedUrl = shared.url;
          this.#log.info(`${directory} is served already, at ${shared.url}`);
          return shared;
        }
        if (attempt === ATTEMPTS) throw error;
        await setTimeout(AGAIN_MS);
      }
    }
  }

  /** Where it was before comes first, since targets name that address; another port is better than no server. */
  #ports(configured: number): readonly number[] {
    const before = this.#memory.read();
    const known = before?.configured === configured ? Number(URL.parse(before.url)?.port) : 0;
    return [...new Set([...(known > 0 ? [known] : []), configured, 0])];
  }
}
