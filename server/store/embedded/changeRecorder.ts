import type { Entry } from '../../protocol/entry.ts';
import type { Version } from '../../protocol/messages/files.ts';
import type { Cursor } from '../../protocol/messages/values.ts';
import type { WirePath } from '../../protocol/wirePath.ts';
import type { FeedChange, ShareEvent } from '../feed.ts';
import { ChangeLog } from './changeLog.ts';
import { HistoryTable } from './historyTable.ts';
import type { IndexDatabase } from './indexDatabase.ts';
import { LostVersions } from './lostVersions.ts';
import { type IndexEntry, IndexEntries, IndexWriter } from './indexEntries.ts';
import type { KnownIdentity } from './knownIdentity.ts';

/** What the index is to say about a path from now on. */
export interface Found {
  readonly entry: Entry;
  readonly identity: KnownIdentity;
  readonly modifiedAt: number;
  /** Of a folder. */
  readonly inode: string | null;
}

/**
 * Writes changes into the index within a transaction: entries, feed and history together, each change under the next
 * revision. Nothing is visible to readers before {@link commit}, and {@link rollback} takes everything back.
 */
export class ChangeRecorder {
  /** Sees what the transaction has written so far. */
  readonly entries: IndexEntries;
  readonly #database: IndexDatabase;
  readonly #writer: IndexWriter;
  readonly #log: ChangeLog;
  readonly #history: HistoryTable;
  readonly #lost: LostVersions;
  readonly #clock: () => number;
  #pending: FeedChange[] = [];
  /** Of the last change, the pending ones included. */
  #rev: number;
  #open = false;
  #keptBytes = 0;

  constructor(database: IndexDatabase, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
    this.entries = new IndexEntries(database.writer, { remember: true });
    this.#writer = new IndexWriter(database.writer);
    this.#log = new ChangeLog(database.writer);
    this.#history = new HistoryTable(database.writer);
    this.#lost = new LostVersions(database.writer);
    this.#rev = this.#log.bounds().last;
  }

  /** As of the last change, the pending ones included. */
  get cursor(): Cursor {
    return { epoch: this.#database.epoch, rev: this.#rev };
  }

  /** Changes that are not committed yet. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The changes that are not committed yet. */
  get uncommitted(): readonly FeedChange[] {
    return this.#pending;
  }

  /** Bytes of all versions that were kept since the start. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The change that took a revision, a pending one included; null when it is too long ago. */
  changeAt(rev: number): FeedChange | null {
    return this.#log.at(rev);
  }

  begin(): void {
    this.entries.forgetAll();
    this.#database.begin();
    this.#open = true;
  }

  /** Durable when it returns. Gives what happened since {@link begin}, for the feed's listeners. @throws after a rollback */
  commit(): ShareEvent {
    const pending = this.#pending;
    const event = { from: { ...this.cursor, rev: this.#rev - pending.length }, cursor: this.cursor, changes: pending };
    try {
      this.#database.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.#open = false;
    this.#pending = [];
    return event;
  }

  rollback(): void {
    if (this.#open) this.#database.rollback();
    this.entries.forgetAll();
    this.#open = false;
    this.#rev -= this.#pending.length;
    this.#pending = [];
  }

  /**
   * A path holds something else, or something at last. What it held must have been kept by {@link keep}, or told by
   * {@link lose}, before; `modeOnly` says that nothing changed but whether a file is executable.
   */
  put(path: WirePath, { entry, identity, modifiedAt, inode }: Found, modeOnly = false): number {
    const rev = ++this.#rev;
    const written = { path, entry, rev, identity, modifiedAt };
    this.#writer.put(written, inode);
    this.entries.wrote(written);
    this.#append({ kind: 'put', rev, path, entry }, modeOnly);
    return rev;
  }

  /** A path and everything below it is gone. */
  delete(path: WirePath): number {
    const rev = ++this.#rev;
    this.#writer.remove(path);
    this.entries.forgetAll();
    this.#append({ kind: 'delete', rev, path });
    return rev;
  }

  /**
   * A path and everything below it is at `to`, in the place of what was there: nothing, a file, a link or an empty folder.
   * What lstat says of it may have changed by the move.
   */
  rename(from: IndexEntry, to: WirePath, identity: KnownIdentity): number {
    const rev = ++this.#rev;
    this.#writer.remove(to);
    this.#writer.move(from.path, to, rev);
    this.#writer.setIdentity(to, identity, from.modifiedAt);
    this.entries.forgetAll();
    const moved = from.entry.kind === 'directory' ? {} : { moved: from.entry };
    this.#append({ kind: 'rename', rev, from: from.path, to, ...moved });
    return rev;
  }

  /** The entry is what it was, only lstat says something else now. No change of the share. */
  recognise(path: WirePath, identity: KnownIdentity, modifiedAt: number): void {
    this.#writer.setIdentity(path, identity, modifiedAt);
    this.entries.forget(path);
  }

  /** What the next change replaces or deletes, folders included. The object store must hold a file's content. */
  keep({ path, entry, rev: since }: IndexEntry, reason: Version['reason'], by: string): void {
    if (entry.kind === 'file') this.#keptBytes += entry.size;
    this.#history.add({ path, rev: this.#rev + 1, entry, reason, at: this.#clock(), by, since });
  }

  /** The next change replaces or deletes a file whose content history does not have. */
  lose({ path, entry }: IndexEntry): void {
    this.#lost.add(path, this.#rev + 1, entry);
  }

  #append(change: FeedChange, modeOnly = false): void {
    this.#log.append(change, { at: this.#clock(), modeOnly });
    this.#pending.push(change);
  }
}
