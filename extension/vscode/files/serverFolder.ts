import * as files from '../../../server/protocol/messages/files.ts';
import type { ListRow } from '../../../server/protocol/messages/files.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerClient } from '../../connect/serverClient.ts';

/** Rows asked for at once. */
export const PAGE = 500;

/** At least `atLeast` rows of a folder (or all, when it has fewer) behind `after`, in the server's order. */
export async function listFolder(
  client: ServerClient,
  share: string,
  folder: WirePath | undefined,
  { after, atLeast = PAGE }: { readonly after?: WirePath; readonly atLeast?: number } = {},
): Promise<{ readonly rows: readonly ListRow[]; readonly more: boolean }> {
  const rows: ListRow[] = [];
  let from = after;
  for (;;) {
    const page = await client.request(files.list, {
      share,
      ...(folder !== undefined && { path: folder }),
      ...(from !== undefined && { after: from }),
      limit: PAGE,
    });
    rows.push(...page.entries);
    from = page.entries.at(-1)?.path;
    if (!page.more || rows.length >= atLeast) return { rows, more: page.more };
  }
}

/** Everything below a folder, without the folder itself, parents before children. */
export async function snapshotBelow(
  client: ServerClient,
  share: string,
  dir: WirePath | undefined,
  signal?: AbortSignal,
): Promise<{ readonly path: WirePath; readonly entry: ListRow['entry'] }[]> {
  const found = new Map<WirePath, ListRow['entry']>();
  let next: { readonly snapshot?: { cursor: { epoch: string; rev: number }; after: WirePath } } = {};
  for (;;) {
    const page = await client.request(
      files.changes,
      { share, ...(dir !== undefined && { dir }), ...next },
      signal ? { signal } : {},
    );
    for (const change of page.changes) if (change.kind === 'put') found.set(change.path, change.entry);
    if (!page.more || !page.snapshot) break;
    next = { snapshot: page.snapshot };
  }
  if (dir !== undefined) found.delete(dir);
  return [...found].map(([path, entry]) => ({ path, entry })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
