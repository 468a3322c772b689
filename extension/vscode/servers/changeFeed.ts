import * as files from '../../../server/protocol/messages/files.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { ClientProvider, Disposable, ServerClient } from '../../connect/serverClient.ts';

/** What happened in a share; `everything` after a gap, as when a connection was made anew. */
export type FeedEvent = readonly Change[] | 'everything';

/** What a server tells of one share, or of a folder in it, over whichever connection is live. */
export class ChangeFeed {
  readonly #listeners = new Listeners<FeedEvent>();
  readonly #share: string;
  readonly #dir: WirePath | undefined;
  readonly #log: (event: string, data: object) => void;
  readonly #client: ClientProvider;
  readonly #provider: Disposable;
  #subscription: Disposable | null = null;

  constructor(
    provider: ClientProvider,
    share: string,
    dir: WirePath | undefined,
    log: (event: string, data: object) => void,
  ) {
    this.#client = provider;
    this.#share = share;
    this.#dir = dir;
    this.#log = log;
    this.#provider = provider.onDidChangeClient((client) => this.#follow(client));
    this.#follow(provider.current);
  }

  onDidChange(listener: (event: FeedEvent) => void): Disposable {
    return this.#listeners.add(listener);
  }

  /** For when somebody else ended the watch on the same connection. */
  watchAgain(): void {
    this.#follow(this.#client.current);
  }

  dispose(): void {
    this.#provider.dispose();
    this.#subscription?.dispose();
  }

  #follow(client: ServerClient | null): void {
    this.#subscription?.dispose();
    this.#subscription = null;
    if (!client) return;
    this.#subscription = client.onFilesDidChange((params) => {
      if (params.share === this.#share && params.dir === this.#dir)
        this.#listeners.emit(params.truncated ? 'everything' : params.changes);
    });
    void this.#watch(client);
  }

  async #watch(client: ServerClient): Promise<void> {
    try {
      await client.request(files.watch, { share: this.#share, ...(this.#dir !== undefined && { dir: this.#dir }) });
    } catch (error) {
      this.#log('watch failed', { share: this.#share, message: String(error) });
      return;
    }
    // What was shown may be from before the gap, and what happened before the watch stood was not told.
    this.#listeners.emit('everything');
  }
}
