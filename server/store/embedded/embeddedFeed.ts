import { SynclineError } from '../../protocol/errors.ts';
import type * as files from '../../protocol/messages/files.ts';
import type { ResultOf } from '../../protocol/messages/message.ts';
import type { Change, Cursor } from '../../protocol/messages/values.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import { changesBelow } from '../changesBelow.ts';
import type { ChangesPage, ShareEvent, ShareFeed } from '../feed.ts';
import type { Log } from '../../log.ts';
import type { ChangeLog } from './changeLog.ts';
import type { IndexEntries } from './indexEntries.ts';

type Answer = ResultOf<typeof files.changes>;

export const DEFAULT_PAGE = 1000;

/** Pages of the log and of snapshots, and the listeners. */
export class EmbeddedFeed implements ShareFeed {
  readonly #epoch: string;
  readonly #entries: IndexEntries;
  readonly #log: ChangeLog;
  readonly #messages: Log;
  readonly #listeners = new Set<(event: ShareEvent) => void>();

  /** Entries and log over the reading connection. */
  constructor(epoch: string, entries: IndexEntries, log: ChangeLog, messages: Log) {
    this.#epoch = epoch;
    this.#entries = entries;
    this.#log = log;
    this.#messages = messages;
  }

  cursor(): Cursor {
    return { epoch: this.#epoch, rev: this.#log.bounds().last };
  }

  async changes({ dir, since, snapshot, limit = DEFAULT_PAGE }: ChangesPage): Promise<Answer> {
    if (snapshot && since) throw new SynclineError('InvalidParams', undefined, { data: { field: 'snapshot' } });
    if (snapshot?.cursor.epoch === this.#epoch) return this.#snapshot(dir, limit, snapshot.cursor, snapshot.after);
    const log = since && this.#changesSince(dir, since, limit);
    return log ?? this.#snapshot(dir, limit, this.cursor(), undefined);
  }

  onDidChange(listener: (event: ShareEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  tell(event: ShareEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#messages.error({ error }, 'A listener of the share failed');
      }
    }
  }

  /** Undefined when the log cannot tell any more, or not in a way that a reader who only sees `dir` understands. */
  #changesSince(dir: WirePath | undefined, since: Cursor, limit: number): Answer | undefined {
    const { first, last } = this.#log.bounds();
    if (since.epoch !== this.#epoch || since.rev > last || (since.rev + 1 < first && since.rev < last))
      return undefined;
    const rows = since.rev < last ? this.#log.after(since.rev, limit) : [];
    const changes = changesBelow(rows, dir);
    if (changes === null) return undefined;
    const rev = rows.at(-1)?.rev ?? since.rev;
    return { reset: false, changes, cursor: { epoch: this.#epoch, rev }, more: rev < last, snapshot: null };
  }

  /** `cursor`: where the share was when the first page was taken. */
  #snapshot(dir: WirePath | undefined, limit: number, cursor: Cursor, after: WirePath | undefined): Answer {
    const page = this.#entries.below(dir, after, limit + 1);
    const isLast = page.length <= limit;
    const changes = page.slice(0, limit).map(({ path, entry, rev }): Change => ({ kind: 'put', rev, path, entry }));
    const last = changes.at(-1);
    const rest = isLast || last?.kind !== 'put' ? null : { cursor, after: last.path };
    const more = rest !== null || cursor.rev < this.cursor().rev;
    return { reset: after === undefined, changes, cursor, more, snapshot: rest };
  }
}
