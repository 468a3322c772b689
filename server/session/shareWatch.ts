import * as files from '../protocol/messages/files.ts';
import type { Change, Cursor } from '../protocol/messages/values.ts';
import type { Peer } from '../protocol/peer.ts';
import type { WirePath } from '../protocol/wirePath.ts';
import { changesBelow } from '../store/changesBelow.ts';
import type { ShareEvent } from '../store/feed.ts';
import type { Share } from '../store/share.ts';

/** More changes than this at once are not named; the client asks for them page by page. */
const MAX_CHANGES = 500;
/** Changes that follow each other faster than this travel together. */
const TICK_MS = 10;

export interface ShareWatchOptions {
  readonly share: Share;
  readonly dir: WirePath | undefined;
  readonly peer: Pick<Peer, 'notify' | 'drained'>;
  readonly onTruncated: () => void;
}

/**
 * Tells one session what happens in a share: the first change at once, what follows quickly in one notice per tick. A client
 * that does not read gets no more notices, and then one that tells it to ask: memory stays bounded whatever happens.
 */
export class ShareWatch implements Disposable {
  readonly #options: ShareWatchOptions;
  readonly #subscription: Disposable;
  /** Where the client stands once it has read what was sent. */
  #told: Cursor;
  /** What has not been sent: null when it is too much to name. */
  #changes: Change[] | null = [];
  #cursor: Cursor;
  #sending = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #disposed = false;

  /** Listens from the moment of construction on. */
  constructor(options: ShareWatchOptions) {
    this.#options = options;
    this.#told = this.#cursor = options.share.cursor();
    this.#subscription = options.share.onDidChange((event) => this.#heed(event));
  }

  /** The first notice starts here, or further back than the client asked. */
  get told(): Cursor {
    return this.#told;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#subscription[Symbol.dispose]();
  }

  #heed({ cursor, changes }: ShareEvent): void {
    const seen = this.#changes && cursor.epoch === this.#told.epoch && changesBelow(changes, this.#options.dir);
    if (!seen || (this.#changes as Change[]).length + seen.length > MAX_CHANGES) this.#changes = null;
    else this.#changes?.push(...seen);
    this.#cursor = cursor;
    // What happens elsewhere in the share moves the client's cursor along with the next change that it sees.
    if (this.#changes?.length === 0 || this.#sending) return;
    this.#sending = true;
    void this.#sendWhenPossible();
  }

  async #sendWhenPossible(): Promise<void> {
    const pause = this.#sentAt + TICK_MS - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    await this.#options.peer.drained();
    this.#sending = false;
    if (!this.#disposed) this.#send();
  }

  #send(): void {
    const { share, dir, peer, onTruncated } = this.#options;
    const from = this.#told;
    const cursor = this.#cursor;
    const changes = this.#changes ?? [];
    const truncated = this.#changes === null;
    this.#told = cursor;
    this.#changes = [];
    this.#sentAt = performance.now();
    if (truncated) onTruncated();
    peer.notify(files.didChange, {
      share: share.name,
      ...(dir !== undefined && { dir }),
      from,
      cursor,
      changes,
      truncated,
    });
  }
}
