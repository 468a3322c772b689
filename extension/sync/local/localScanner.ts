import { statSync } from 'node:fs';
import { Jail } from '../../../server/protocol/disk/jail.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { type WalkedChild, type WalkedDirectory, walkDirectory } from '../../../server/protocol/disk/walkDirectory.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import type { EarlyContents, Picture, ScanRequest } from '../endpoint.ts';
import { hasCollision } from '../ignore/collisionChoice.ts';
import { IgnoreRules, isIgnoreFile } from '../ignore/ignoreRules.ts';
import { replaceInSlices } from '../inSlices.ts';
import { childrenOf, EMPTY_TREE, nodeAt, shareNodesInSteps, type Tree, type TreeNode } from '../tree/tree.ts';
import { TreeEditor } from '../tree/treeEditor.ts';
import { FileHasher } from './fileHasher.ts';
import { readIgnoreFile } from './ignoreFileReader.ts';
import { lookAt } from './localState.ts';
import { scanTree } from './scanTree.ts';
import type { StatCache } from './statCache.ts';

/** An ignore file that cannot be read may name anything. */
const EVERYTHING = '*';

/** With more changed paths than this, reading everything is cheaper. */
const MOST_PATHS = 5000;

/** To list a folder costs as much as a look at one of so many entries. */
const LIST_COSTS = 100;

/**
 * Keeps a picture of a local folder. After hints of a watcher it looks only at the paths they name; when an ignore file is
 * among them, or anything it cannot place, at everything.
 */
export class LocalScanner {
  readonly #root: string;
  readonly #cache: StatCache;
  #tree: Tree = EMPTY_TREE;
  #problems: readonly Problem[] = [];
  #rules: IgnoreRules;
  #ignoreFiles: ScanRequest['ignoreFiles'];
  #complete = false;
  /** The folder that a scan is in: it is not asked for ignore files that its list does not show. */
  #listed: { readonly folder: string; readonly hasIgnoreFile: boolean } | undefined;
  /** Why the rules are not known as a whole. */
  #rulesError: SynclineError | undefined;
  #rootIdentity: string | undefined;

  constructor(root: string, cache: StatCache) {
    this.#root = root;
    this.#cache = cache;
    this.#rules = this.#newRules();
  }

  /** The rules of the last look. */
  get rules(): IgnoreRules {
    return this.#rules;
  }

  get tree(): Tree {
    return this.#tree;
  }

  /** Device and inode of the folder that was looked at last. */
  get rootIdentity(): string | undefined {
    return this.#rootIdentity;
  }

  /** Brings the picture up to date with what was done to the folder by ourselves. */
  edit(edit: (editor: TreeEditor) => void): void {
    const editor = new TreeEditor(this.#tree);
    edit(editor);
    this.#tree = editor.tree();
  }

  /**
   * @throws SynclineError `RootUnavailable`, also when another folder took the root's place during the look; what the disk says
   * about an ignore file that cannot be read.
   */
  async scan(request: ScanRequest): Promise<Picture> {
    const isLook = request.look !== 'nothing' || !this.#complete;
    if (!isLook) return this.#look(request);
    const before = identityOf(this.#root);
    const isAnother = before !== this.#rootIdentity;
    if (isAnother) this.#complete = false;
    // the contents of a folder that has taken the place of the known one are nobody's business yet
    const isTrusted = !isAnother || this.#rootIdentity === undefined;
    const picture = await this.#look(isTrusted ? request : { ...request, early: undefined });
    if (identityOf(this.#root) !== before) {
      this.#complete = false;
      throw new SynclineError('RootUnavailable', 'The local folder was exchanged for another while it was looked at.');
    }
    this.#rootIdentity = before;
    return picture;
  }

  async #look(request: ScanRequest): Promise<Picture> {
    const { look, base, ignoreFiles } = request;
    if (this.#rulesError) this.#complete = false;
    const sameRules = ignoreFiles === this.#ignoreFiles;
    if (!this.#complete || look === 'everything' || !sameRules) await this.#scanAll(request);
    else if (look !== 'nothing' && !(await this.#scanPaths(look, request))) await this.#scanAll(request);
    if (this.#rulesError) throw this.#rulesError;
    await this.#share(base, request.signal);
    return { tree: this.#tree, problems: this.#problems };
  }

  async #scanAll({ base, ignoreFiles, early, signal, onProgress }: ScanRequest): Promise<void> {
    this.#ignoreFiles = ignoreFiles;
    this.#rules = this.#newRules();
    const { directory, problems, isNew } = await scanTree({
      root: this.#root,
      rules: this.#rules,
      cache: this.#cache,
      base,
      listed: (folder, names) => (this.#listed = { folder, hasIgnoreFile: names.some(isIgnoreName) }),
      early,
      signal,
      onProgress,
    });
    this.#listed = undefined;
    const before = this.#complete ? this.#tree : EMPTY_TREE;
    this.#tree = directory ?? EMPTY_TREE;
    this.#problems = problems;
    this.#complete = true;
    await this.#share(before, signal);
    if (isNew) await this.#cache.prune(this.#tree, signal);
  }

  /** Files that are saved meanwhile change the picture, too. */
  #share(like: Tree, signal: AbortSignal | undefined): Promise<void> {
    const place = { get: () => this.#tree, set: (tree: Tree) => void (this.#tree = tree) };
    return replaceInSlices(place, (tree) => shareNodesInSteps(tree, like), signal);
  }

  /** False: the paths cannot be looked at by themselves. */
  async #scanPaths(dirty: ReadonlySet<string>, { base, early, signal }: ScanRequest): Promise<boolean> {
    if (dirty.size > MOST_PATHS || dirty.has('') || [...dirty].some(isIgnoreFile)) return false;
    const folders = this.#byKnownFolder(dirty);
    if (this.#problems.some(({ path, code }) => code === 'NameCollision' && folders.has(folderOf(path)))) return false;
    await this.#cache.load(signal);
    const look = new PathsLook(this.#root, this.#tree, this.#problems, this.#rules, this.#cache, base, early);
    for (const [folder, paths] of folders) if (!(await look.at(folder, paths, signal))) return false;
    const { tree, problems } = await look.finish(signal);
    this.#tree = tree;
    this.#problems = problems;
    return true;
  }

  /** The outermost paths to look at, by the folder of the picture in which they are. */
  #byKnownFolder(dirty: ReadonlySet<string>): Map<string, Set<string>> {
    const folders = new Map<string, Set<string>>();
    for (const path of dirty) {
      const names = path.split('/');
      let folder = '';
      let at = names[0] ?? '';
      let node: TreeNode | undefined = this.#tree;
      for (let depth = 1; depth < names.length; depth++) {
        node = childrenOf(node).get(names[depth - 1] ?? '');
        if (node?.kind !== 'directory' || dirty.has(at)) break;
        folder = at;
        at = `${at}/${names[depth]}`;
      }
      const paths = folders.get(folder);
      if (paths) paths.add(at);
      else folders.set(folder, new Set([at]));
    }
    return folders;
  }

  #newRules(): IgnoreRules {
    this.#rulesError = undefined;
    const rules = new IgnoreRules((path) => {
      const planned = this.#ignoreFiles?.get(path);
      if (planned !== undefined) return planned ?? undefined;
      if (this.#listed && !this.#listed.hasIgnoreFile && folderOf(path) === this.#listed.folder) return undefined;
      try {
        return readIgnoreFile(this.#root, path);
      } catch (error) {
        if (rules === this.#rules) this.#rulesError = SynclineError.from(error);
        return EVERYTHING;
      }
    });
    return rules;
  }
}

/** Undefined for a root that is not there, which the walk itself will tell. */
function identityOf(root: string): string | undefined {
  const stat = statSync(root, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

/** A look at some paths, as edits of a picture. */
class PathsLook {
  readonly #root: string;
  readonly #editor: TreeEditor;
  #problems: Problem[];
  readonly #rules: IgnoreRules;
  readonly #cache: StatCache;
  readonly #base: Tree;
  readonly #hasher: FileHasher;
  readonly #emptied = new Set<string>();

  constructor(
    root: string,
    tree: Tree,
    problems: readonly Problem[],
    rules: IgnoreRules,
    cache: StatCache,
    base: Tree,
    early: EarlyContents | undefined,
  ) {
    this.#root = root;
    this.#editor = new TreeEditor(tree);
    this.#problems = [...problems];
    this.#rules = rules;
    this.#cache = cache;
    this.#base = base;
    this.#hasher = new FileHasher(root, cache, early);
  }

  async at(folder: string, paths: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<boolean> {
    const files = this.#knownFiles(folder, paths);
    if (files) {
      this.#take(folder, paths, files);
      return true;
    }
    const skip = (path: string, isDirectory: boolean): boolean =>
      !paths.has(path) || this.#rules.isIgnored(path, isDirectory);
    const listed = await listFolder(this.#root, folder, skip);
    if (listed.unreadable || listed.children.some(({ collides }) => collides)) return false;
    const found = new Map(listed.children.map((child) => [child.path as string, child]));
    this.#take(folder, paths, found);
    this.#problems.push(...listed.problems);
    for (const { path, kind } of found.values()) if (kind === 'directory') await this.#folder(path, signal);
    return this.#namesStandApart(folder, found);
  }

  /**
   * Some files of a large folder that the picture has, by a look at each: whoever saves a file need not have its 50,000 neighbours
   * listed. Undefined: it takes a list, because there may be a new name, in whatever spelling, or something else than a file.
   */
  #knownFiles(folder: string, paths: ReadonlySet<string>): ReadonlyMap<string, WalkedChild> | undefined {
    const siblings = childrenOf(folder === '' ? this.#editor.tree() : this.#editor.get(folder as WirePath));
    if (siblings.size < paths.size * LIST_COSTS) return undefined;
    const found = new Map<string, WalkedChild>();
    let jail: Jail | undefined;
    try {
      jail = Jail.open(this.#root);
      for (const path of paths) {
        const isKnown = siblings.get(path.slice(path.lastIndexOf('/') + 1))?.kind === 'file';
        if (!isKnown || this.#rules.isIgnored(path, false)) return undefined;
        const child = lookAt(jail, path as WirePath);
        if (child === null) continue;
        if (child === 'other' || child.kind !== 'file') return undefined;
        found.set(path, child);
      }
      return found;
    } catch {
      return undefined;
    } finally {
      jail?.close();
    }
  }

  /** Folders aside, what was found at these paths, and that there is nothing at the others. */
  #take(folder: string, paths: ReadonlySet<string>, found: ReadonlyMap<string, WalkedChild>): void {
    this.#problems = this.#problems.filter(({ path }) => !isAtOrBelow(path, paths));
    for (const path of paths) {
      const child = found.get(path);
      const at = path as WirePath;
      if (!child) this.#editor.remove(at);
      else if (child.kind === 'link') this.#editor.set(at, { kind: 'link', target: child.target ?? '' });
      else if (child.kind === 'file') {
        this.#editor.remove(at);
        this.#hasher.add(at, child.identity, nodeAt(this.#base, at), (entry) => this.#editor.set(at, entry));
      }
    }
    if (folder !== '') this.#emptied.add(folder);
  }

  async finish(signal: AbortSignal | undefined): Promise<{ tree: Tree; problems: readonly Problem[] }> {
    this.#problems.push(...(await this.#hasher.finish(signal)));
    for (const folder of this.#emptied) await this.#leaveOutHollow(folder as WirePath);
    return { tree: this.#editor.tree(), problems: this.#problems };
  }

  async #folder(path: WirePath, signal: AbortSignal | undefined): Promise<void> {
    const options = { root: this.#root, rules: this.#rules, cache: this.#cache, base: this.#base };
    const { directory, problems } = await scanTree({ ...options, from: path, signal });
    this.#problems.push(...problems);
    if (directory) this.#editor.set(path, directory);
    else this.#editor.remove(path);
  }

  /** A new name that collides with one in the folder needs a look at the whole folder. */
  #namesStandApart(folder: string, found: ReadonlyMap<string, { readonly name: string }>): boolean {
    const siblings = folder === '' ? this.#editor.tree() : this.#editor.get(folder as WirePath);
    return !hasCollision(
      siblings,
      [...found.values()].map(({ name }) => name),
    );
  }

  /** A folder left with nothing but ignored things is no entry, nor is one left with nothing but such folders. */
  async #leaveOutHollow(folder: WirePath): Promise<void> {
    for (let path = folder; path !== ''; path = folderOf(path) as WirePath) {
      const node = this.#editor.get(path);
      if (node?.kind !== 'directory' || node.children.size > 0) return;
      if (nodeAt(this.#base, path)?.kind === 'directory') return;
      const listed = await listFolder(this.#root, path);
      if (listed.unreadable || listed.children.length === 0 || listed.problems.length > 0) return;
      this.#editor.remove(path);
    }
  }
}

/** One folder alone. */
async function listFolder(
  root: string,
  folder: string,
  skip?: (path: string, isDirectory: boolean) => boolean,
): Promise<WalkedDirectory> {
  const from = folder === '' ? undefined : (folder as WirePath);
  const walk = walkDirectory(root, { from, skip, enter: () => false, rootError: 'RootUnavailable' });
  for await (const walked of walk) return walked;
  return { path: folder as WirePath, children: [], problems: [] };
}

function isAtOrBelow(path: string, paths: ReadonlySet<string>): boolean {
  for (let at = path; ; at = folderOf(at)) {
    if (paths.has(at)) return true;
    if (!at.includes('/')) return false;
  }
}

/** In any spelling that a file system may take for one. */
const isIgnoreName = (name: string): boolean => isIgnoreFile(name.toLowerCase());

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));
