import type * as files from '../protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../protocol/messages/message.ts';
import type { Change, Cursor } from '../protocol/messages/values.ts';

/**
 * The changes of a share in the order in which they happened. Revisions are dense: the change behind revision n is n + 1,
 * so a reader that finds a hole knows that something is wrong. A new epoch means that the numbering began anew.
 */
export interface ShareFeed {
  /** Changes after a cursor, or a snapshot; see `files/changes`. */
  changes(page: ChangesPage): Promise<ResultOf<typeof files.changes>>;

  /**
   * Called after each commit that changed something, and after other programs' changes were taken in; in order and without
   * gaps from the call on: `from` of one event is `cursor` of the event before. A listener must not throw and not wait.
   */
  onDidChange(listener: (event: ShareEvent) => void): Disposable;
}

export type ChangesPage = Omit<ParamsOf<typeof files.changes>, 'share'>;

export interface ShareEvent {
  readonly from: Cursor;
  readonly cursor: Cursor;
  readonly changes: readonly FeedChange[];
}

/** A change as the feed keeps it. A moved file or link carries what it is, for readers who did not know where it was. */
export type FeedChange = Change & { readonly moved?: Extract<Change, { kind: 'put' }>['entry'] };
