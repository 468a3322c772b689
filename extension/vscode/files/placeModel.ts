import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import { isWithin, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable, ServerClient } from '../../connect/serverClient.ts';
import type { Connection } from '../../connect/connection.ts';
import type { ServerAddress } from '../../connect/target.ts';
import { Exclusive } from '../../sync/exclusive.ts';
import { ChangeFeed, type FeedEvent } from '../servers/changeFeed.ts';
import { listFolder, PAGE } from './serverFolder.ts';
import { appendPage, type Folder, foldersToRefresh, UNREAD } from './treeRows.ts';

type Key = WirePath | undefined;

/** How long the first look into a place waits for its server, milliseconds. */
const PATIENCE_MS = 15_000;

/** One place of a server as far as it has been looked at, kept current by what the server tells. */
export class PlaceModel {
  readonly address: ServerAddress;
  readonly #connection: Connection;
  readonly #folders = new Map<Key, Folder>();
  readonly #stale = new Set<Key>();
  /** Those that are being read: what is told of them meanwhile may be newer than what is read. */
  readonly #reading = new Set<Key>();
  /** Those whose fresh look will be told. */
  readonly #looking = new Set<Key>();
  readonly #turns = new Map<Key, Exclusive>();
  readonly #changes = new Listeners<readonly Key[]>();
  readonly #feed: ChangeFeed;
  readonly #listening: Disposable;
  readonly #log: (event: string, data: object) => void;

  constructor(address: ServerAddress, connection: Connection, log: (event: string, data: object) => void) {
    this.address = address;
    this.#connection = connection;
    this.#log = log;
    this.#feed = new ChangeFeed(connection, address.share, address.dir, log);
    this.#listening = this.#feed.onDidChange((event) => this.#apply(event));
  }

  /** Called with the folders whose rows have to be asked for again. */
  onDidChange(listener: (folders: readonly Key[]) => void): Disposable {
    return this.#changes.add(listener);
  }

  get root(): Key {
    return this.address.dir;
  }

  /** Whether anything can be shown, current or not. */
  get hasRows(): boolean {
    return (this.#folders.get(this.root)?.rows.length ?? 0) > 0;
  }

  /** A folder: what is known, or a fresh look where that is stale or missing. */
  async folder(path: Key): Promise<Folder> {
    return this.#inTurn(path, async () => {
      const known = this.#folders.get(path);
      return known && (!this.#stale.has(path) || !this.#connection.current) ? known : this.#look(path, known);
    });
  }

  /**
   * What is known of a folder, at once: VS Code knows none of a view's rows while it waits for them, so a menu that is open would do
   * nothing. Where that is stale, `onDidChange` tells when a fresh look has ended. Waits for a folder that was never read.
   */
  async shown(path: Key): Promise<Folder> {
    const known = this.#folders.get(path);
    if (!known) return this.folder(path);
    if (this.#stale.has(path) && this.#connection.current) void this.#lookAgain(path);
    return known;
  }

  /** A row that has been read, whether it is still current or not. */
  known(path: WirePath): ListRow | undefined {
    return this.#folders.get(parentOf(path))?.rows.find((row) => row.path === path);
  }

  /** Reads the page behind those that were read. */
  async loadMore(path: Key): Promise<void> {
    const client = await this.#client();
    await this.#inTurn(path, async () => {
      const known = this.#folders.get(path);
      const after = known?.rows.at(-1)?.path;
      if (!known || after === undefined) return;
      const { rows, more } = await listFolder(client, this.address.share, path, { after });
      this.#folders.set(path, appendPage(known, rows, more));
    });
    this.#changes.emit([path]);
  }

  refresh(): void {
    this.#apply('everything');
  }

  watchAgain(): void {
    this.#feed.watchAgain();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#feed.dispose();
  }

  async #look(path: Key, known: Folder | undefined): Promise<Folder> {
    this.#stale.delete(path);
    this.#reading.add(path);
    try {
      const atLeast = Math.max(PAGE, known?.rows.length ?? 0);
      const client = await this.#client();
      let read = UNREAD;
      do {
        const after = read.rows.at(-1)?.path;
        const { rows, more } = await listFolder(client, this.address.share, path, { ...(after && { after }) });
        read = appendPage(read, rows, more);
      } while (read.more && read.rows.length < atLeast);
      this.#folders.set(path, read);
      return read;
    } catch (error) {
      if (isGone(error)) {
        this.#folders.set(path, UNREAD);
        return UNREAD;
      }
      this.#stale.add(path);
      throw error;
    } finally {
      this.#reading.delete(path);
    }
  }

  async #lookAgain(path: Key): Promise<void> {
    if (this.#looking.has(path)) return;
    this.#looking.add(path);
    try {
      await this.folder(path);
    } catch (error) {
      // The state of the connection is shown elsewhere; what was known stays in view.
      return this.#log('look failed', { folder: path ?? '', message: String(error) });
    } finally {
      this.#looking.delete(path);
    }
    this.#changes.emit([path]);
  }

  #client(): Promise<ServerClient> {
    return this.#connection.client({ deadlineMs: PATIENCE_MS });
  }

  /**
   * Looks at one folder come one after the other: a page that is read while the folder is read anew would be lost with the
   * rows it was added to, and of two looks the older one could end last.
   */
  #inTurn<T>(path: Key, look: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(path) ?? new Exclusive();
    this.#turns.set(path, turns);
    return turns.run(look);
  }

  #apply(event: FeedEvent): void {
    if (event === 'everything') {
      for (const key of [...this.#folders.keys(), ...this.#reading]) this.#stale.add(key);
      this.#changes.emit([this.root]);
      return;
    }
    const stale = foldersToRefresh(this.#folders, event);
    for (const key of this.#reading) stale.add(key);
    if (stale.size === 0) return;
    for (const key of stale) this.#stale.add(key);
    this.#changes.emit([...stale].filter((key) => isWithin(key ?? ('' as WirePath), this.root) || key === this.root));
  }
}

/** The folder went away between being shown and being opened: the change that says so is on its way. */
function isGone(error: unknown): boolean {
  return error instanceof SynclineError && (error.code === 'NotFound' || error.code === 'NotADirectory');
}
