import { setImmediate } from 'node:timers/promises';
import { type Entry, sameEntry } from '../../../server/protocol/entry.ts';
import * as files from '../../../server/protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../../../server/protocol/messages/message.ts';
import type { Change } from '../../../server/protocol/messages/values.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { RemoteState } from '../base/baseStore.ts';
import type { ClientProvider, Disposable, ServerClient } from '../../connect/serverClient.ts';
import { EMPTY_TREE, entryOf, nodeAt } from '../tree/tree.ts';
import { TreeEditor } from '../tree/treeEditor.ts';
import { RemoteTree } from './remoteTree.ts';
import type { ShareFolder } from './shareFolder.ts';

/** Changes. */
const LARGE_PAGE = 1000;
/** Rounds of catching up with a share that changes all the time, before going on with what is known. */
const MOST_ROUNDS = 5;

/**
 * Keeps a {@link RemoteTree} up to date: asks the server what changed, and while watching takes in what it tells by itself.
 * A notification that does not follow on what is known is only a reason to ask.
 */
export class RemoteFeed {
  readonly tree: RemoteTree;
  readonly #folder: ShareFolder;
  readonly #provider: ClientProvider;
  /** The server told something that could not be taken in, or there may be something it could not tell. */
  #behind = true;
  #asking = false;
  /** What the server refused because it holds something else than we think. */
  #doubts: { readonly path: WirePath; readonly expected: Entry | null }[] = [];
  /** The client whose notifications are being taken in. */
  #watched: ServerClient | null = null;
  #isWatching = false;
  #onChange: () => void = () => {};
  #subscriptions: Disposable[] = [];

  constructor(folder: ShareFolder, provider: ClientProvider, known: RemoteState | null) {
    this.#folder = folder;
    this.#provider = provider;
    this.tree = new RemoteTree(known);
  }

  /** Whether the tree may be older than what the server told. */
  get isBehind(): boolean {
    return this.#behind || (this.#isWatching && this.#watched === null);
  }

  /** To be called when the server turned out to hold something else at `path` than expected. */
  doubt(path: WirePath, expected: Entry | null): void {
    this.#doubts.push({ path, expected });
    this.#behind = true;
  }

  /** @throws SynclineError what the connection or the server says. */
  async catchUp(signal: AbortSignal | undefined): Promise<void> {
    const client = await this.#provider.client({ signal });
    if (this.#isWatching) await this.#subscribe(client, signal);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#behind = false;
      await this.#ask(client, signal);
      if (!this.#behind) break;
    }
    const doubts = this.#doubts;
    this.#doubts = [];
    const isWrong = doubts.some(({ path, expected }) => sameEntry(entryOf(nodeAt(this.tree.view, path)), expected));
    // the feed did not tell what the server holds instead, so what is known of it cannot be right
    if (isWrong) await this.#pages(client, {}, signal);
  }

  watch(onChange: () => void): Disposable {
    this.#onChange = onChange;
    this.#isWatching = true;
    const following = this.#provider.onDidChangeClient((client) => {
      this.#unsubscribe();
      if (client) onChange();
    });
    return {
      dispose: () => {
        this.#isWatching = false;
        following.dispose();
        this.#unsubscribe();
      },
    };
  }

  async #subscribe(client: ServerClient, signal: AbortSignal | undefined): Promise<void> {
    if (this.#watched === client) return;
    this.#unsubscribe();
    const listening = client.onFilesDidChange((event) => this.#didChange(event));
    this.#subscriptions = [listening];
    try {
      await client.request(files.watch, this.#share(), { signal });
    } catch (error) {
      listening.dispose();
      throw error;
    }
    this.#watched = client;
    this.#behind = true;
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#subscriptions = [];
    const client = this.#watched;
    this.#watched = null;
    // the connection may serve others, who do not want to hear of this; when it is gone, so is the watch
    if (client && client === this.#provider.current) client.request(files.unwatch, this.#share()).catch(() => {});
  }

  #didChange(event: ParamsOf<typeof files.didChange>): void {
    if (event.share !== this.#folder.share || event.dir !== this.#folder.dir) return;
    const known = this.tree.known?.cursor;
    const follows = known && event.from.epoch === known.epoch && event.from.rev === known.rev && !event.truncated;
    const changes = follows && !this.#asking ? this.#fromShare(event.changes) : null;
    if (changes) this.tree.follow(changes, event.cursor);
    else if (!known || event.cursor.epoch !== known.epoch || event.cursor.rev > known.rev) this.#behind = true;
    else return; // an echo of what is known already
    this.#onChange();
  }

  async #ask(client: ServerClient, signal: AbortSignal | undefined): Promise<void> {
    const since = this.tree.known?.cursor;
    await this.#pages(client, since ? { since } : {}, signal);
  }

  async #pages(client: ServerClient, first: Page, signal: AbortSignal | undefined): Promise<void> {
    this.#asking = true;
    try {
      let page: Page | null = first;
      let snapshot: TreeEditor | null = null;
      while (page) {
        const params = { ...this.#share(), ...page, limit: client.server.limits.page };
        const answer: Answer = await client.request(files.changes, params, { signal });
        // to check a large page was work enough for one turn of the event loop
        if (answer.changes.length > LARGE_PAGE) await setImmediate();
        if (answer.reset) snapshot = new TreeEditor(EMPTY_TREE);
        page = this.#take(answer, snapshot);
        if (!answer.snapshot) snapshot = null;
      }
    } finally {
      this.#asking = false;
    }
  }

  /** Takes an answer in and says what to ask for next. */
  #take(answer: Answer, snapshot: TreeEditor | null): Page | null {
    const changes = this.#fromShare(answer.changes);
    if (!changes) return {};
    if (!snapshot) this.tree.follow(changes, answer.cursor);
    else {
      for (const change of changes) snapshot.apply(change);
      if (!answer.snapshot) this.tree.reset(snapshot.tree(), answer.cursor);
    }
    if (!answer.more) return null;
    return answer.snapshot ? { snapshot: answer.snapshot } : { since: answer.cursor };
  }

  /** Null: the changes do not tell what the folder holds. */
  #fromShare(changes: readonly Change[]): Change[] | null {
    const seen: Change[] = [];
    for (const change of changes) {
      const visible = this.#folder.changeFromShare(change);
      if (visible === 'unknown') return null;
      if (visible) seen.push(visible);
    }
    return seen;
  }

  #share(): { share: string; dir?: WirePath } {
    const { share, dir } = this.#folder;
    return dir === undefined ? { share } : { share, dir };
  }
}

type Answer = ResultOf<typeof files.changes>;
type Page = Pick<ParamsOf<typeof files.changes>, 'since' | 'snapshot'>;
