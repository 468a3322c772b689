import { type WalkedChild, type WalkedDirectory, walkDirectory } from '../../../server/protocol/disk/walkDirectory.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { collidingOut } from '../ignore/collisionChoice.ts';
import type { EarlyContents } from '../endpoint.ts';
import type { IgnoreRules } from '../ignore/ignoreRules.ts';
import { type Directory, nodeAt, type Tree, type TreeNode } from '../tree/tree.ts';
import { FileHasher } from './fileHasher.ts';
import type { StatCache } from './statCache.ts';

export interface TreeScanOptions {
  readonly root: string;
  readonly rules: IgnoreRules;
  readonly cache: StatCache;
  readonly base: Tree;
  /** Start here instead of the root; it must be a folder that is not ignored. */
  readonly from?: WirePath;
  /** As in {@link walkDirectory}. */
  readonly listed?: ((path: string, names: readonly string[]) => void) | undefined;
  readonly early?: EarlyContents | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((entries: number) => void) | undefined;
}

export interface ScannedTree {
  /** Undefined: the folder takes no part, because it vanished or holds only ignored things. */
  readonly directory: Directory | undefined;
  readonly problems: readonly Problem[];
}

/** With so many files to be read the look for others is interrupted. */
const PORTION = 512;

/**
 * Reads everything below a folder that is not ignored, hashing only files that the cache does not know.
 *
 * @throws SynclineError `RootUnavailable`, `Cancelled`.
 */
export async function scanTree(options: TreeScanOptions): Promise<ScannedTree> {
  const scan = new TreeScan(options);
  const { root, rules, from, listed, early, signal, onProgress } = options;
  const skip = (path: string, isDirectory: boolean): boolean => {
    if (!rules.isIgnored(path, isDirectory)) return false;
    scan.hide(path);
    return true;
  };
  let entries = 0;
  for await (const walked of walkDirectory(root, { from, skip, listed, signal, rootError: 'RootUnavailable' })) {
    scan.add(walked);
    entries += walked.children.length;
    onProgress?.(entries);
    // what is found so far may travel while the rest is looked for
    if (early && scan.waiting >= PORTION) await scan.hash(signal);
  }
  return scan.finish(signal);
}

class TreeScan {
  readonly #options: TreeScanOptions;
  readonly #hasher: FileHasher;
  readonly #folders = new Map<string, Map<string, TreeNode>>();
  /** Folders in which something is ignored. */
  readonly #hiding = new Set<string>();
  readonly #problems: Problem[] = [];

  constructor(options: TreeScanOptions) {
    this.#options = options;
    this.#hasher = new FileHasher(options.root, options.cache, options.early);
  }

  hide(path: string): void {
    this.#hiding.add(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
  }

  add(walked: WalkedDirectory): void {
    const { path } = walked;
    const isStart = path === (this.#options.from ?? '');
    const siblings = isStart ? undefined : this.#folders.get(parentOf(path as WirePath) ?? '');
    // the folder above was left out, or this one was because its name collides
    if (!isStart && !siblings?.has(nameOf(path as WirePath))) return;
    if (walked.unreadable) {
      siblings?.delete(nameOf(path as WirePath));
      if (walked.unreadable.code !== 'NotFound') this.#problems.push(walked.unreadable);
      return;
    }
    const children = new Map<string, TreeNode>();
    this.#folders.set(path, children);
    siblings?.set(nameOf(path as WirePath), { kind: 'directory', children });
    this.#problems.push(...walked.problems);
    const base = nodeAt(this.#options.base, path === '' ? undefined : path);
    const names = collidingNames(walked);
    const colliding = names.length === 0 ? undefined : collidingOut(path === '' ? undefined : path, names, base);
    for (const child of walked.children) {
      const problem = colliding?.get(child.name);
      if (problem) this.#problems.push(problem);
      else this.#addChild(children, child, base);
    }
  }

  #addChild(children: Map<string, TreeNode>, child: WalkedChild, base: TreeNode | undefined): void {
    if (child.kind === 'directory') children.set(child.name, { kind: 'directory', children: new Map() });
    else if (child.kind === 'link') children.set(child.name, { kind: 'link', target: child.target ?? '' });
    else {
      const known = base?.kind === 'directory' ? base.children.get(child.name) : undefined;
      this.#hasher.add(child.path, child.identity, known, (entry) => children.set(child.name, entry));
    }
  }

  /** Files whose contents are not known yet. */
  get waiting(): number {
    return this.#hasher.waiting;
  }

  /** Reads them. */
  async hash(signal: AbortSignal | undefined): Promise<void> {
    await this.#hasher.hash(signal);
  }

  async finish(signal: AbortSignal | undefined): Promise<ScannedTree> {
    this.#problems.push(...(await this.#hasher.finish(signal)));
    // folders stand behind those they are in, so from the end on every folder is complete when its turn comes
    const withProblems = new Set(this.#problems.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))));
    for (const [path, children] of [...this.#folders].reverse()) {
      if (children.size > 0 || !this.#hiding.has(path) || path === '' || withProblems.has(path)) continue;
      if (nodeAt(this.#options.base, path as WirePath)?.kind === 'directory') continue;
      this.hide(path);
      this.#folders.delete(path);
      this.#folders.get(parentOf(path as WirePath) ?? '')?.delete(nameOf(path as WirePath));
    }
    const children = this.#folders.get(this.#options.from ?? '');
    return { directory: children && { kind: 'directory', children }, problems: this.#problems };
  }
}

const collidingNames = ({ children }: WalkedDirectory): string[] =>
  children.filter(({ collides }) => collides).map(({ name }) => name);
