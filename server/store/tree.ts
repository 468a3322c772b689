import type { ListRow } from '../protocol/messages/files.ts';
import type { Cursor } from '../protocol/messages/values.ts';
import type { WirePath } from '../protocol/wirePath.ts';

/** What a share holds now. Answered from the index, so also while the files themselves cannot be reached. */
export interface ShareTree {
  /** Position of the last change; what any other port told before belongs to it or to an earlier one. */
  cursor(): Cursor;

  /**
   * The entries directly in a folder (undefined: the root) by name without regard to case, at most `limit`, those behind
   * `after`.
   * @throws `NotFound`, `NotADirectory`
   */
  list(
    path: WirePath | undefined,
    after: WirePath | undefined,
    limit: number,
  ): Promise<{ entries: ListRow[]; more: boolean }>;

  /** Null when there is nothing. */
  stat(path: WirePath): Promise<ListRow | null>;
}
