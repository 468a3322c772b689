import type { FileEntry } from '../../../server/protocol/entry.ts';
import { type HashOptions, hashFiles } from '../../../server/protocol/disk/hashFile.ts';
import { isExecutable, type StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';
import { type WalkedChild, type WalkedDirectory, walkDirectory } from '../../../server/protocol/disk/walkDirectory.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { collidingOut } from '../ignore/collisionChoice.ts';
import type { EarlyContents } from '../endpoint.ts';
import type { IgnoreRules } from '../ignore/ignoreRules.ts';
import { type Directory, nodeAt, type Tree, type TreeNode } from '../tree/tree.ts';
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

/**
 * Reads everything below a folder that is not ignored, hashing only files that the cache does not know.
 *
 * @throws SynclineError `RootUnavailable`, `Cancelled`.
 */
export async function scanTree(options: TreeScanOptions): Promise<ScannedTree> {
  const scan = new TreeScan(options);
  const { root, rules, from, listed, signal, onProgress } = options;
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
  }
  await scan.hash(signal);
  return scan.finish();
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

  async hash(signal: AbortSignal | undefined): Promise<void> {
    this.#problems.push(...(await this.#hasher.hash(signal)));
  }

  finish(): ScannedTree {
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

/** Collects files whose contents are not known yet and reads them all together. */
export class FileHasher {
  readonly #root: string;
  readonly #cache: StatCache;
  readonly #early: EarlyContents | undefined;
  readonly #pending: { path: WirePath; known: TreeNode | undefined; found: (entry: FileEntry) => void }[] = [];

  constructor(root: string, cache: StatCache, early?: EarlyContents) {
    this.#root = root;
    this.#cache = cache;
    this.#early = early;
  }

  /** `known` is what the base holds at the path; `found` is called now or in {@link hash}, or never if it cannot be read. */
  add(path: WirePath, identity: StatIdentity, known: TreeNode | undefined, found: (entry: FileEntry) => void): void {
    const content = this.#cache.contentOf(path, identity);
    if (content === undefined) return void this.#pending.push({ path, known, found });
    const executable = executableBit(identity, known);
    // the base's own node, so that nobody has to find out again that nothing has changed
    const isKnown = known?.kind === 'file' && known.content === content && known.executable === executable;
    found(isKnown ? known : { kind: 'file', content, size: identity.size, executable });
  }

  /** Returns the problems of files that cannot be read. A file that is being written to is tried once more at the end. */
  async hash(signal: AbortSignal | undefined): Promise<Problem[]> {
    const problems = new Map<WirePath, Problem>();
    for (let attempt = 0; attempt < 2; attempt++) {
      const pending = attempt === 0 ? this.#pending : this.#pending.filter(({ path }) => problems.has(path));
      if (pending.length === 0) break;
      const results = await hashFiles(
        this.#root,
        pending.map(({ path }) => path),
        { signal, onContent: this.#early && this.#pending.length >= MANY ? offer(pending, this.#early) : undefined },
      );
      for (const [index, result] of results.entries()) {
        const { path, known, found } = pending[index] as (typeof pending)[number];
        problems.delete(path);
        if (result instanceof SynclineError) {
          if (result.code !== 'NotFound') problems.set(path, { path, code: result.code, message: result.message });
          continue;
        }
        const { content, size, identity, readAtNs } = result;
        this.#cache.remember(path, identity, content, readAtNs);
        found({ kind: 'file', content, size, executable: executableBit(identity, known) });
      }
      if (![...problems.values()].some(({ code }) => code === 'Changed')) break;
    }
    return [...problems.values()];
  }
}

/** Fewer files are sent soon enough when all is known. */
const MANY = 64;

function offer(pending: readonly { readonly path: WirePath }[], early: EarlyContents): HashOptions['onContent'] {
  return (index, { content }, bytes) => early.offer((pending[index] as { path: WirePath }).path, content, bytes);
}

/** Windows has no such bit: there a file keeps the one it had. */
function executableBit(identity: StatIdentity, known: TreeNode | undefined): boolean {
  if (process.platform !== 'win32') return isExecutable(identity);
  return known?.kind === 'file' && known.executable;
}

const collidingNames = ({ children }: WalkedDirectory): string[] =>
  children.filter(({ collides }) => collides).map(({ name }) => name);
