import { type WalkedChild, type WalkedDirectory, walkDirectory } from '../../../server/protocol/disk/walkDirectory.ts';
import { TimeSlice } from '../../../server/protocol/disk/timeSlice.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import { collidingOut } from '../ignore/collisionChoice.ts';
import type { EarlyContents } from '../endpoint.ts';
import type { IgnoreRules } from '../ignore/ignoreRules.ts';
import { STEP, type Steps } from '../inSlices.ts';
import { listedFolder } from '../tree/storedFolder.ts';
import { type Directory, EMPTY_TREE, nodeAt, type Tree, type TreeNode } from '../tree/tree.ts';
import { FileHasher } from './fileHasher.ts';
import { keepListing, type Listing, ListingMaker } from './folderListing.ts';
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
  /** False: every folder listed what it did when all of its files were known; nothing else had to be asked for. */
  readonly isNew: boolean;
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
    await scan.add(walked);
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
  readonly #listings = new ListingMaker();
  readonly #slice = new TimeSlice();
  /** Each behind the one it is in. */
  readonly #folders = new Map<string, ScannedFolder>();
  /** Folders in which something is ignored. */
  readonly #hiding = new Set<string>();
  readonly #problems: Problem[] = [];
  #isNew = false;

  constructor(options: TreeScanOptions) {
    this.#options = options;
    this.#hasher = new FileHasher(options.root, options.cache, options.early);
  }

  hide(path: string): void {
    this.#hiding.add(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
  }

  async add(walked: WalkedDirectory): Promise<void> {
    const { path } = walked;
    const isStart = path === (this.#options.from ?? '');
    const above = isStart ? undefined : this.#folders.get(parentOf(path as WirePath) ?? '');
    const name = isStart ? '' : nameOf(path as WirePath);
    // the folder above was left out, or this one was because its name collides
    if (!isStart && !above?.has(name)) return;
    if (walked.unreadable) {
      above?.set(name, undefined);
      if (walked.unreadable.code !== 'NotFound') this.#problems.push(walked.unreadable);
      return;
    }
    this.#problems.push(...walked.problems);
    const base = isStart ? nodeAt(this.#options.base, path === '' ? undefined : path) : above?.baseOf(name);
    const known = base?.kind === 'directory' ? base : undefined;
    const listing = this.#listings.listingOf(walked.children);
    if (known && this.#isAsKnown(path, listing, known)) {
      this.#folders.set(path, ScannedFolder.asKnown(known));
      return;
    }
    this.#isNew = true;
    const folder = ScannedFolder.anew(known, keepListing(listing));
    this.#folders.set(path, folder);
    await this.#options.cache.load(this.#options.signal);
    // a folder of many entries takes long by itself
    const adding = this.#addChildren(folder, walked);
    while (adding.next().done !== true) if (this.#slice.spent) await this.#slice.rest(this.#options.signal);
  }

  #isAsKnown(path: string, listing: Listing, base: Directory): boolean {
    if (listing.names === '') return base.children.size === 0;
    return this.#options.cache.folders.holds(path, listing, base);
  }

  *#addChildren(folder: ScannedFolder, walked: WalkedDirectory): Steps<void> {
    const { path } = walked;
    const names = collidingNames(walked);
    const colliding = names.length === 0 ? undefined : collidingOut(path === '' ? undefined : path, names, folder.base);
    for (const [index, child] of walked.children.entries()) {
      if (index % STEP === STEP - 1) yield;
      const problem = colliding?.get(child.name);
      if (problem) this.#problems.push(problem);
      else this.#addChild(folder, child);
    }
  }

  #addChild(folder: ScannedFolder, { path, name, kind, identity, target }: WalkedChild): void {
    if (kind === 'directory') folder.set(name, EMPTY_TREE);
    else if (kind === 'link') folder.set(name, { kind: 'link', target: target ?? '' });
    else {
      folder.unsure++;
      this.#hasher.add(path, identity, folder.base?.children.get(name), (entry, isSure) => {
        folder.set(name, entry);
        if (isSure) folder.unsure--;
      });
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
    const { base, cache, from = '' } = this.#options;
    // folders stand behind those they are in, so from the end on every folder is complete when its turn comes
    const withProblems = new Set(this.#problems.map(({ path }) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))));
    let start: Directory | undefined;
    for (const [path, folder] of [...this.#folders].reverse()) {
      let directory: Directory | undefined = folder.directory();
      const isKept = !this.#hiding.has(path) || path === '' || withProblems.has(path);
      if (!isKept && directory.children.size === 0 && nodeAt(base, path as WirePath)?.kind !== 'directory') {
        this.hide(path);
        directory = undefined;
      } else if (folder.listing && folder.unsure === 0 && !withProblems.has(path))
        cache.folders.remember(path, folder.listing, directory);
      if (path === from) start = directory;
      else this.#folders.get(parentOf(path as WirePath) ?? '')?.set(nameOf(path as WirePath), directory);
    }
    return { directory: start, problems: this.#problems, isNew: this.#isNew };
  }
}

/** What a look has found of a folder so far: all of it, or how it differs from what the base lists. */
class ScannedFolder {
  readonly base: Directory | undefined;
  /** Of a folder that has to be looked at file by file. */
  readonly listing: Listing | undefined;
  /** Files of which nothing may be concluded from the listing. */
  unsure = 0;
  readonly #all: Map<string, TreeNode> | undefined;
  /** Undefined: not there. */
  readonly #others = new Map<string, TreeNode | undefined>();

  private constructor(base: Directory | undefined, listing: Listing | undefined) {
    this.base = base;
    this.listing = listing;
    this.#all = listing && new Map();
  }

  static asKnown(base: Directory): ScannedFolder {
    return new ScannedFolder(base, undefined);
  }

  static anew(base: Directory | undefined, listing: Listing): ScannedFolder {
    return new ScannedFolder(base, listing);
  }

  /** Asked about folders that the look has entered. */
  has(name: string): boolean {
    return this.#all?.has(name) ?? true;
  }

  /** What the base has of a folder in this one. */
  baseOf(name: string): TreeNode | undefined {
    if (!this.base) return undefined;
    return this.#all ? this.base.children.get(name) : listedFolder(this.base, name);
  }

  set(name: string, node: TreeNode | undefined): void {
    if (this.#all) {
      if (node) this.#all.set(name, node);
      else this.#all.delete(name);
    } else if (node !== this.baseOf(name)) this.#others.set(name, node);
  }

  /** As it is now; the base's own folder where nothing differs from it. */
  directory(): Directory {
    if (this.#all) return { kind: 'directory', children: this.#all };
    const base = this.base ?? EMPTY_TREE;
    if (this.#others.size === 0) return base;
    const children = new Map(base.children);
    for (const [name, node] of this.#others) {
      if (node) children.set(name, node);
      else children.delete(name);
    }
    return { kind: 'directory', children };
  }
}

const collidingNames = ({ children }: WalkedDirectory): string[] =>
  children.filter(({ collides }) => collides).map(({ name }) => name);
