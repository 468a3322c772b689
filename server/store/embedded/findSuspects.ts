import { TimeSlice } from '../../protocol/disk/timeSlice.ts';
import { walkDirectory } from '../../protocol/disk/walkDirectory.ts';
import type { Problem } from '../../protocol/problem.ts';
import { isWithin, type WirePath } from '../../protocol/wirePath.ts';
import { compareFolder } from './compareFolder.ts';
import { isProven, lookAt } from './findDiverged.ts';
import type { IndexEntries } from './indexEntries.ts';
import type { ShareRoot } from './shareRoot.ts';

/** Paths where disk and index may differ. */
export interface Suspects {
  readonly paths: WirePath[];
  /** All problems of the share, by path. */
  readonly problems: Map<string, Problem>;
}

/**
 * Looks at everything below a folder (undefined: at the whole share) without holding anyone up: what is found may be settled
 * already when it is looked at again, so it only says where to look. @throws SynclineError `ShareUnavailable`, `Cancelled`
 */
export async function findSuspects(
  root: ShareRoot,
  entries: IndexEntries,
  from?: WirePath,
  signal?: AbortSignal,
): Promise<Suspects> {
  root.check();
  const paths: WirePath[] = [];
  const problems = new Map<string, Problem>();
  const fresh = new Set<string>();
  const options = {
    rootError: 'ShareUnavailable' as const,
    from,
    skip: root.skip,
    // what is new is looked at as a whole anyway
    enter: (path: WirePath) => !fresh.has(path),
    signal,
  };
  for await (const walked of walkDirectory(root.path, options)) {
    const difference = compareFolder(entries.children(walked.path), walked);
    for (const problem of difference.problems) problems.set(problem.path, problem);
    for (const { path } of difference.missing) paths.push(path);
    for (const { path, kind } of difference.suspects) {
      paths.push(path);
      if (kind === 'directory') fresh.add(path);
    }
  }
  root.check();
  return { paths, problems };
}

/** The same for paths that are said to have changed, and for everything below those that are folders. */
export async function findSuspectsAt(
  root: ShareRoot,
  entries: IndexEntries,
  changed: Iterable<WirePath>,
): Promise<WirePath[]> {
  const suspects: WirePath[] = [];
  const slice = new TimeSlice();
  const jail = root.jail();
  let covered: WirePath | undefined;
  try {
    for (const path of [...changed].sort()) {
      if (covered !== undefined && isWithin(path, covered)) continue;
      if (slice.spent) await slice.rest();
      const known = entries.get(path);
      const stat = lookAt(jail, path);
      if (known?.entry.kind !== 'directory' || !stat?.isDirectory()) {
        if (!isProven(known, stat)) suspects.push(path);
        continue;
      }
      covered = path;
      suspects.push(...(await findSuspects(root, entries, path)).paths);
    }
  } finally {
    jail.close();
  }
  return suspects;
}
