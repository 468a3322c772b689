import type { Problem } from '../../../server/protocol/problem.ts';
import { type WalkedChild, walkDirectory } from '../../../server/protocol/disk/walkDirectory.ts';

export interface LocalFolder {
  /** Folders before what is in them. */
  readonly children: readonly WalkedChild[];
  readonly problems: readonly Problem[];
}

/** What a local folder holds, as far as it can travel. @throws SynclineError `RootUnavailable`, `Cancelled` */
export async function readLocalFolder(
  root: string,
  options: { readonly signal?: AbortSignal; readonly skip?: (path: string, isDirectory: boolean) => boolean },
): Promise<LocalFolder> {
  const children: WalkedChild[] = [];
  const problems: Problem[] = [];
  for await (const walked of walkDirectory(root, { ...options, rootError: 'RootUnavailable' })) {
    problems.push(...walked.problems, ...(walked.unreadable ? [walked.unreadable] : []));
    for (const child of walked.children) {
      if (child.collides) problems.push(collision(child));
      else children.push(child);
    }
  }
  return { children, problems };
}

const collision = ({ path }: WalkedChild): Problem => ({
  path,
  code: 'NameCollision',
  message: 'Another name beside it differs only in case or spelling of accents; rename one of them.',
});
