import type * as files from '../protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../protocol/messages/message.ts';
import type { WirePath } from '../protocol/wirePath.ts';

/**
 * What paths held before. Content that someone outside Syncline overwrote is in history only if the share held it elsewhere:
 * when such a change is noticed, the old bytes are gone already.
 */
export interface ShareHistory {
  /**
   * What a path, and everything below it, held at a moment, page by page, folders before what is in them; the same as a
   * snapshot taken then would have told. Of the first page the moment becomes a revision, which names the same state for ever:
   * who asks for it again, and for the next page, is told the same, as long as history reaches that far.
   *
   * @throws SynclineError `HistoryEnds` with the moment from which on it is known, `RevisionNotReached`
   */
  past(page: PastPage, signal?: AbortSignal): Promise<ResultOf<typeof files.past>>;

  /** Newest first, versions of one revision by path. What folders held is found by their own path, too. */
  history(page: HistoryPage): Promise<ResultOf<typeof files.history>>;

  /** Forgets versions for good. Contents that nothing refers to any more are removed. Cannot be undone. */
  purge(versions: Purge): Promise<{ versions: number }>;
}

export type HistoryPage = Omit<ParamsOf<typeof files.history>, 'share'>;

export interface Purge {
  /** Only versions of this path, with `below` of everything under it; left out: of the whole share. */
  readonly path?: WirePath | undefined;
  readonly below?: boolean | undefined;
  /** Only what had been replaced or deleted by then. */
  readonly upTo?: Moment | undefined;
}

export type PastPage = Omit<ParamsOf<typeof files.past>, 'share'>;
export type Moment = PastPage['at'];

/** A state of the share: the one after this revision, and when that happened on the server's clock. */
export interface Point {
  readonly rev: number;
  readonly at: number;
}
