import type * as files from '../../protocol/messages/files.ts';
import type { ResultOf } from '../../protocol/messages/message.ts';
import type { HistoryPage } from '../history.ts';
import { DEFAULT_PAGE } from './embeddedFeed.ts';
import type { HistoryTable } from './historyTable.ts';

/** One page of history, newest first. `table` reads over the reading connection. */
export function historyPage(
  table: HistoryTable,
  { path, below, before, after, limit = DEFAULT_PAGE }: HistoryPage,
): ResultOf<typeof files.history> {
  const position = behind(before, after);
  const rows =
    path !== undefined && !below ? table.ofPath(path, position, limit + 1) : table.below(path, position, limit + 1);
  return { versions: rows.slice(0, limit), more: rows.length > limit };
}

/** Without a path the page begins at the revision before. */
function behind(before: number | undefined, after: string | undefined): { rev: number; path: string } {
  if (before === undefined) return { rev: Number.MAX_SAFE_INTEGER, path: '' };
  return after === undefined ? { rev: before - 1, path: '' } : { rev: before, path: after };
}
