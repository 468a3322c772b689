import * as files from '../../../server/protocol/messages/files.ts';
import { isWithin, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { ServerClient } from '../../connect/serverClient.ts';
import type { Drift, SideVerification } from '../verification.ts';
import type { ShareFolder } from './shareFolder.ts';

/** Files the server reads for one answer. */
const PAGE = 1000;

/**
 * Has the server read every file of a folder of a share again and compare it with its index; what differs is in the index
 * afterwards, and so in the feed. Paths are those of the folder.
 *
 * @throws SynclineError what the connection or the server says
 */
export async function verifyShare(
  client: Pick<ServerClient, 'request'>,
  { share, dir }: Pick<ShareFolder, 'share' | 'dir'>,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((files: number) => void) | undefined;
    readonly onDrift?: ((drift: Drift) => void) | undefined;
  } = {},
): Promise<SideVerification> {
  const drift: Drift[] = [];
  let checked = 0;
  let after: WirePath | undefined;
  do {
    const page = await client.request(files.verify, { share, dir, after, limit: PAGE }, { signal: options.signal });
    checked += page.checked;
    for (const { path, indexed, found } of page.drift) {
      if (dir !== undefined && (path === dir || !isWithin(path, dir))) continue;
      const seen = { path: dir === undefined ? path : (path.slice(dir.length + 1) as WirePath), indexed, found };
      drift.push(seen);
      options.onDrift?.(seen);
    }
    options.onProgress?.(checked);
    after = page.after ?? undefined;
  } while (after !== undefined);
  return { checked, drift, problems: [] };
}
