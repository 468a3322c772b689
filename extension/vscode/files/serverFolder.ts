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
