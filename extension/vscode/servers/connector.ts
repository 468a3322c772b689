import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ServerClient } from '../../connect/serverClient.ts';
import type { Connection } from '../../connect/connection.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import type { PlaceModel } from '../files/placeModel.ts';
import type { Places } from './places.ts';
import type { Servers } from './servers.ts';
import type { Tokens } from './tokens.ts';

/** Connects to a place because a person asked for it, who is told at once when it does not work. */
export class Connector {
  readonly #servers: Servers;
  readonly #places: Places;
  readonly #tokens: Tokens;
  readonly #busy = new Set<string>();

  constructor(servers: Servers, places: Places, tokens: Tokens) {
    this.#servers = servers;
    this.#places = places;
    this.#tokens = tokens;
  }

  /** Whether the outcome of connecting to this server is being told to whoever asked for it. */
  isBusy(url: string): boolean {
    return this.#busy.has(url);
  }

  /** As {@link connect}, with a token to keep from now on. */
  async connectWith(text: string, token: string | undefined): Promise<void> {
    const address = parseTarget(text);
    if (token !== undefined) {
      await this.#tokens.set(address.url, token);
      this.#servers.get(address.url)?.retry();
    }
    await this.connect(address);
  }

  /**
   * Asks for the token where none is kept. A place that could not be reached is not kept.
   * @throws SynclineError `Cancelled`, `Unauthorized`, `UnknownShare`, `ConnectionFailed`…
   */
  async connect(address: ServerAddress): Promise<PlaceModel> {
    await this.#tokens.getOrAsk(address.url);
    const known = this.#servers.get(address.url) !== undefined;
    this.#busy.add(address.url);
    try {
      const connection = this.#servers.open(address.url);
      const client = await firstAttempt(connection);
      const shares = client.server.shares.map(({ name }) => name);
      if (!shares.includes(address.share)) throw unknownShare(address, shares);
      return this.#places.add(address);
    } catch (error) {
      if (!known) this.#servers.close(address.url);
      throw error;
    } finally {
      this.#busy.delete(address.url);
    }
  }
}

/** The connection goes on trying by itself; who asks for it by hand wants to know about the first failure. */
async function firstAttempt(connection: Connection): Promise<ServerClient> {
  if (connection.current) return connection.current;
  const failed = Promise.withResolvers<never>();
  connection.retry();
  const listening = connection.onDidChangeState((state) => {
    if (state.kind === 'waiting') failed.reject(state.error);
  });
  try {
    return await Promise.race([connection.client(), failed.promise]);
  } finally {
    listening.dispose();
  }
}

function unknownShare({ share, url }: ServerAddress, shares: readonly string[]): SynclineError {
  const known =
    shares.length === 0 ? l10n.t('It serves none to this token.') : l10n.t('It serves: {0}.', shares.join(', '));
  return new SynclineError('UnknownShare', l10n.t('{0} has no share named “{1}”. {2}', url, share, known));
}
