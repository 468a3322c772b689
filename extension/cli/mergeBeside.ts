import { readFileSync } from 'node:fs';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { SynclineError } from '../../server/protocol/errors.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import type { Connection } from '../connect/connection.ts';
import { download, type DownloadSafety } from '../connect/copy/download.ts';
import type { RemoteFiles } from '../connect/remoteFiles.ts';
import { LocalReader } from '../sync/local/localReader.ts';
import { type Mergeable, mergeContents } from '../sync/merge/mergeConflict.ts';
import { RemoteReader } from '../sync/remote/remoteReader.ts';
import { using } from '../sync/using.ts';

export interface MergePlace {
  readonly root: string;
  readonly share: string;
  readonly connection: Connection;
  readonly files: RemoteFiles;
  /** Of the conflict, in the share. */
  readonly remotePath: WirePath;
}

/**
 * Merges a conflict of a target that another process is syncing: on the server first, then here, each on the condition that
 * it still holds what the conflict says.
 *
 * @throws SynclineError `CannotMerge`, `Changed`
 */
export async function mergeBeside(
  conflict: Mergeable,
  { root, share, connection, files, remotePath }: MergePlace,
  safety: DownloadSafety,
  signal: AbortSignal,
): Promise<void> {
  const { path, mine, theirs } = conflict;
  const merged = await using(new LocalReader(root), (local) =>
    mergeContents(conflict, local, new RemoteReader(share, connection)),
  );
  const { entry, bytes } = merged;
  const content = {
    content: entry.content,
    size: entry.size,
    async *open(from: number) {
      yield bytes.subarray(from);
    },
  };
  await files.put(remotePath, entry, content, theirs, { signal });
  const { problems } = await download(files, root, new Map([[path, entry]]), {
    signal,
    safety: {
      keep(file, at) {
        if (contentIdOf(readFileSync(file)) !== mine.content)
          throw new SynclineError('Changed', 'The file here has changed meanwhile; it stays as it is.');
        safety.keep(file, at);
      },
      sync: () => safety.sync(),
    },
  });
  const [problem] = problems;
  if (problem) throw new SynclineError(problem.code, problem.message);
}
