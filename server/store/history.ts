import type * as files from '../protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../protocol/messages/message.ts';
import type { WirePath } from '../protocol/wirePath.ts';

/**
 * What paths held before. Content that someone outside Syncline overwrote is in history only if the share held it elsewhere:
 * when such a change is noticed, the old bytes are gone already.
 */
export interface ShareHistory {
  /** Newest first, versions of one revision by path. */
  history(page: HistoryPage): Promise<ResultOf<typeof files.history>>;

  /** Forgets versions for good. Contents that nothing refers to any more are removed. Cannot be undone. */
  purge(versions: Purge): Promise<{ versions: number }>;
}

export type HistoryPage = Omit<ParamsOf<typeof files.history>, 'share'>;

export interface Purge {
  /** Only versions of this path, with `below` of everything under it; left out: of the whole share. */
  readonly path?: WirePath | undefined;
  readonly below?: boolean | undefined;
  /** Only versions up to this revision. */
  readonly upTo?: number | undefined;
}
