import * as vscode from 'vscode';
import { LocalServer } from './localServer.ts';

/** The window's own server, with what the settings say about it. */
export class LocalServerHolder {
  readonly #program: string;
  readonly #storage: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  #server: LocalServer | undefined;

  constructor(program: string, storage: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#program = program;
    this.#storage = storage;
    this.#log = log;
  }

  /** The one that runs, or one that can be started. */
  get(): LocalServer {
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

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}
