import { SynclineError } from '../protocol/errors.ts';
import type { ContentId } from '../protocol/contentId.ts';
import { MAX_PAGE } from '../protocol/limits.ts';
import type { Operation } from '../protocol/messages/files.ts';
import type { ServerHandlers } from '../session/callContext.ts';
import type { Services } from '../session/services.ts';
import type { Share } from '../store/share.ts';

type FilesHandlers = Pick<
  ServerHandlers,
  | 'filesList'
  | 'filesStat'
  | 'filesChanges'
  | 'filesWatch'
  | 'filesUnwatch'
  | 'filesCommit'
  | 'filesHistory'
  | 'filesRestore'
  | 'filesPast'
  | 'filesPurge'
  | 'filesVerify'
>;

export function filesHandlers({ shares, metrics }: Services): FilesHandlers {
  const shareOf = (name: string): Share => findShare(shares, name);
  return {
    filesList: ({ share, path, after, limit }) => shareOf(share).list(path, after, limit ?? MAX_PAGE),

    async filesStat({ share, path }) {
      const found = await shareOf(share).stat(path);
      return { found, cursor: shareOf(share).cursor() };
    },

    filesChanges: ({ share, ...page }) => shareOf(share).changes(page),

    filesWatch: async ({ share, dir }, { session }) => ({ cursor: session.watchFiles(shareOf(share), dir) }),

    async filesUnwatch({ share, dir }, { session }) {
      session.unwatchFiles(shareOf(share), dir);
      return {};
    },

    async filesCommit({ share, id, operations }, { session, signal }) {
      const target = shareOf(share);
      await session.uploads.ended(share, contentsOf(operations), signal);
      const result = await target.commit({ id, operations, by: session.identity.name }, signal);
      metrics.commit(result.results.map(({ status }) => status));
      return result;
    },

    filesHistory: ({ share, ...page }) => shareOf(share).history(page),

    filesRestore: ({ share, ...restore }, { session, signal }) =>
      shareOf(share).restore({ ...restore, by: session.identity.name }, signal),

    filesPast: ({ share, ...page }, { signal }) => shareOf(share).past(page, signal),

    filesPurge: ({ share, ...versions }) => shareOf(share).purge(versions),

    filesVerify: ({ share, ...page }, { signal }) => shareOf(share).verify(page, signal),
  };
}

/** @throws SynclineError `UnknownShare` */
export function findShare(shares: ReadonlyMap<string, Share>, name: string): Share {
  const share = shares.get(name);
  if (share) return share;
  const known = [...shares.keys()].map((each) => `“${each}”`).join(', ');
  throw new SynclineError('UnknownShare', `The server has no share “${name}”; it has ${known}.`);
}

function* contentsOf(operations: readonly Operation[]): Generator<ContentId> {
  for (const operation of operations) {
    if (operation.kind === 'put' && operation.entry.kind === 'file') yield operation.entry.content;
  }
}
