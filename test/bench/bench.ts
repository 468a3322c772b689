import type { RsyncDaemon } from './rsyncDaemon.ts';

/** What every measurement is given. */
export interface Bench {
  /** An empty folder for all that is made. */
  readonly home: string;
  /** The real tree; not to be changed. */
  readonly tree: string;
  readonly rsync: RsyncDaemon | undefined;
  readonly cleanUps: (() => unknown)[];
}
