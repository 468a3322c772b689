import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Clock } from '../../connect/clock.ts';
import { Connection } from '../../connect/connection.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { CallOptions, Disposable, ServerClient } from '../../connect/serverClient.ts';
import { guardedClient } from '../production/guardedClient.ts';
import type { MarkedPlace } from '../production/productionMarks.ts';

export interface ServersOptions {
  /** The token kept for a server, if any. */
  readonly tokenOf: (url: string) => Promise<string | undefined>;
  readonly connect: (url: string, token: string, signal: AbortSignal) => Promise<ServerClient>;
  /** Resolves when what is to be written to may be. @throws SynclineError `Cancelled` */
  readonly requireWrite: (places: readonly MarkedPlace[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: (event: string, data: object) => void;
}

/** The servers this window talks to: one connection each, kept up until it is disconnected. */
export class Servers {
  readonly #options: ServersOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #changes = new Listeners<string>();

  constructor(options: ServersOptions) {
    this.#options = options;
  }

  /** Called with a server's url when it was opened or closed, or when its connection changed state. */
  onDidChange(listener: (url: string) => void): Disposable {
    return this.#changes.add(listener);
  }

  get urls(): readonly string[] {
    return [...this.#connections.keys()];
  }

  get(url: string): Connection | undefined {
    return this.#connections.get(url);
  }

  /** The server's connection, made if there is none; connecting starts when somebody asks it for a client. */
  open(url: string): Connection {
    const known = this.#connections.get(url);
    if (known) return known;
    const { connect, tokenOf, clock, log } = this.#options;
    const connection = new Connection({
      connect: async (signal) => {
        const token = await tokenOf(url);
        if (token === undefined) throw new SynclineError('Unauthorized', l10n.t('There is no token for {0} yet.', url));
        return connect(url, token, signal);
      },
      keepTrying: true,
      clock,
      log: (event, data) => log(event, { url, ...data }),
    });
    this.#connections.set(url, connection);
    connection.onDidChangeState(() => this.#changes.emit(url));
    this.#changes.emit(url);
    return connection;
  }

  /**
   * A client for what a person does on a server, who is asked before the first write where that is due. The sync has its own
   * way of asking, and works with {@link open}.
   */
  async client(url: string, options?: CallOptions): Promise<ServerClient> {
    const client = await this.open(url).client(options);
    return guardedClient(client, (share, paths) =>
      this.#options.requireWrite(paths.map((dir) => ({ url, share, ...(dir !== undefined && { dir }) }))),
    );
  }

  close(url: string): void {
    const connection = this.#connections.get(url);
    this.#connections.delete(url);
    connection?.close();
    this.#changes.emit(url);
  }

  dispose(): void {
    for (const url of this.urls) this.close(url);
  }
}
