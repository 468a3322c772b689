import type { Entry } from '../../../server/protocol/entry.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';

/** Both sides changed a path differently since the base. Data for a person: nothing is touched until they decide. */
export interface Conflict {
  readonly path: WirePath;
  /** What both sides held when they last agreed; `null`: nothing, or the path was unknown. */
  readonly base: Entry | null;
  /** What the local folder holds. */
  readonly mine: Entry | null;
  /** What the server holds. */
  readonly theirs: Entry | null;
}

/** What a person may decide about a conflict; `both` and `merge` take more than one step. */
export type Choice = Resolution | 'both' | 'merge';

/** `mine`: the server takes the local entry. `theirs`: the reverse. */
export type Resolution = 'mine' | 'theirs';
