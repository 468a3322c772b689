import { hashFiles } from '../../../server/protocol/disk/hashFile.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { entriesOf, type Tree } from '../tree/tree.ts';
import type { Drift, SideVerification } from '../verification.ts';
import type { StatCache } from './statCache.ts';

/** Files read between two reports. */
const PORTION = 500;

export interface RereadOptions {
  readonly root: string;
  /** As the last look saw it. */
  readonly tree: Tree;
  readonly cache: StatCache;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((files: number) => void) | undefined;
}

/**
 * Reads every file of the picture again and tells those that hold other bytes although the file system says that nothing
 * happened to them. What changed since the look in the ordinary way is not among them: the next look finds it.
 *
 * @throws SynclineError `Cancelled`, or what opening the root says
 */
export async function rereadFiles({ root, tree, cache, signal, onProgress }: RereadOptions): Promise<SideVerification> {
  const files = [...entriesOf(tree)].flatMap(([path, node]) => (node.kind === 'file' ? [{ path, node }] : []));
  const drift: Drift[] = [];
  const problems: Problem[] = [];
  let checked = 0;
  for (let at = 0; at < files.length; at += PORTION) {
    const portion = files.slice(at, at + PORTION);
    const paths = portion.map(({ path }) => path);
    for (const [index, result] of (await hashFiles(root, paths, { signal })).entries()) {
      const { path, node } = portion[index] as (typeof portion)[number];
      if (result instanceof SynclineError) {
        if (!PASSING.has(result.code)) problems.push({ path, code: result.code, message: result.message });
        continue;
      }
      checked++;
      const { content, size, identity } = result;
      if (content === node.content || cache.contentOf(path, identity) !== node.content) continue;
      drift.push({ path, indexed: node, found: { kind: 'file', content, size, executable: node.executable } });
    }
    onProgress?.(Math.min(at + PORTION, files.length));
  }
  return { checked, drift, problems };
}

/** Forgets what is remembered of these files, so that the next look reads them. */
export function distrust(cache: StatCache, paths: readonly WirePath[]): void {
  for (const path of paths) cache.forget(path);
}

/** Somebody is at work on the file; the next look will tell. */
const PASSING: ReadonlySet<string> = new Set(['Changed', 'NotFound', 'NotADirectory', 'NotAFile']);
