import * as vscode from 'vscode';
import { LocalServer, type RunningServer } from './localServer.ts';

export interface LocalServerMemory {
  read(): unknown;
  write(url: string): void;
}

/** The window's own server, with what the settings say about it. */
export class LocalServerHolder {
  readonly #program: string;
  readonly #storage: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: LocalServerMemory;
  #server: LocalServer | undefined;

  constructor(program: string, storage: vscode.Uri, memory: LocalServerMemory, log: vscode.LogOutputChannel) {
    this.#program = program;
    this.#storage = storage;
    this.#memory = memory;
    this.#log = log;
  }

  /** The one that runs, or one that can be started. */
  #current(): LocalServer {
    if (this.#server?.running) return this.#server;
    const settings = vscode.workspace.getConfiguration('syncline.localServer');
    const own = vscode.Uri.joinPath(this.#storage, 'server');
    this.#server = new LocalServer({
      program: this.#program,
      directory: settings.get<string>('directory') || vscode.Uri.joinPath(own, 'files').fsPath,
      port: settings.get<number>('port') ?? 0,
      tokenFile: vscode.Uri.joinPath(own, 'token').fsPath,
      log: (line) => this.#log.debug(`local server: ${line}`),
    });
    return this.#server;
  }

  async start(): Promise<RunningServer> {
    const server = this.#current();
    const running = server.running ?? (await server.start());
    this.#memory.write(running.url);
    return running;
  }

  /** Whether one of these servers is the one that was started from here before, and ended with its window. */
  servedBefore(urls: readonly string[]): boolean {
    const url = this.#memory.read();
    return typeof url === 'string' && urls.includes(url) && !this.#server?.running;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}
