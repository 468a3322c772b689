import type { ShareCommits } from './commits.ts';
import type { ContentStore } from './contents.ts';
import type { ShareFeed } from './feed.ts';
import type { ShareHistory } from './history.ts';
import type { ShareTree } from './tree.ts';
import type * as files from '../protocol/messages/files.ts';
import type { ParamsOf, ResultOf } from '../protocol/messages/message.ts';

/**
 * A named directory that the server serves: the sum of its ports. An implementation may keep entries, revisions, commits and
 * history in one database and the contents in another store; the ports are cut along that line.
 *
 * Contract of all of them: calls may overlap; each sees the share as it was after some commit, never half of one. They
 * reject with a `SynclineError` and nothing else, and what was rejected changed nothing that a later call would not notice.
 * While the folder or the storage behind a share cannot be reached, whatever needs it rejects with `ShareUnavailable`
 * (retryable), and nothing that is missing then is taken for deleted.
 */
export interface Share extends ShareTree, ShareFeed, ShareCommits, ShareHistory, ShareCare {
  readonly name: string;
  readonly contents: ContentStore;
}

/** Keeping a share healthy. */
export interface ShareCare {
  /**
   * Reads files again, page by page in path order, and compares them with the index. What differs is taken into the index
   * as a change by `server` and told. `after` of the result is null behind the last page.
   */
  verify(page: VerifyPage, signal?: AbortSignal): Promise<ResultOf<typeof files.verify>>;

  /** Looks at everything and takes in what other programs changed. Resolves when that is done. */
  rescan(signal?: AbortSignal): Promise<void>;

  /** For metrics: cheap enough to ask every few seconds. */
  stats(): ShareStats;

  /** Lets what has begun finish, then lets go of everything. Calls from then on reject with `ServerStopping`. */
  close(): Promise<void>;
}

export type VerifyPage = Omit<ParamsOf<typeof files.verify>, 'share'>;

export interface ShareStats {
  readonly available: boolean;
  readonly entries: number;
  /** Of the files in the share. */
  readonly bytes: number;
  readonly versions: number;
  /** Of the contents of history, each counted once. */
  readonly historyBytes: number;
  /** Contents that were uploaded and not committed yet. */
  readonly staged: number;
  /** Commits that wait or are under way. */
  readonly commits: number;
  /** Paths that cannot be synced, as of the last look at them. */
  readonly problems: number;
}
