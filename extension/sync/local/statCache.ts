import type { ContentId } from '../../../server/protocol/contentId.ts';
import { encodeIdentity, isRacy, type StatIdentity } from '../../../server/protocol/disk/statIdentity.ts';
import { TimeSlice } from '../../../server/protocol/disk/timeSlice.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { atOnce, inSlices, STEP, type Steps } from '../inSlices.ts';
import { childrenOf, nodeAt, type Tree } from '../tree/tree.ts';
import { type KnownFolder, KnownFolders } from './knownFolders.ts';

/** What is remembered of a file: its identity as text, and what it held then. */
export type KnownFile = readonly [stamp: string, content: ContentId];

/** What an earlier process has left, read when it is asked for. */
export interface StoredFiles {
  readonly knownFolders?: Map<string, KnownFolder>;
  knownFiles(): Iterable<FolderOfFiles>;
  knownFilesIn(folder: string): FolderOfFiles[1];
}

export type FolderOfFiles = readonly [folder: string, files: readonly (readonly [string, KnownFile])[]];

/**
 * The contents of local files by what the file system says about them, so that a file is hashed once and not at every scan.
 * Trusts only identities that were safely old when the bytes were read (git's racy rule). A file that was moved, by itself
 * or with its folder, is found again by its inode as long as its other attributes are the same.
 */
export class StatCache {
  /** The same knowledge, a folder at a time. */
  readonly folders: KnownFolders;
  /** Of {@link #stored} only what was asked for so far. */
  readonly #folders = new Map<string, Map<string, KnownFile>>();
  readonly #changed = new Set<string>();
  #stored: StoredFiles | undefined;
  #byInode: Map<string, KnownFile> | undefined;
  /** How often {@link forget} forgot something. */
  #forgotten = 0;

  constructor(stored?: StoredFiles) {
    this.#stored = stored;
    this.folders = new KnownFolders(stored?.knownFolders);
  }

  /** Reads all that is stored, if that was not done before; a look at many files is cheaper then. */
  async load(signal?: AbortSignal): Promise<void> {
    await inSlices(this.#loading(), signal);
  }

  contentOf(path: WirePath, identity: StatIdentity): ContentId | undefined {
    const content = this.contentAt(path, identity);
    if (content !== undefined) return content ?? undefined;
    this.#byInode ??= atOnce(this.#inodes());
    const stamp = encodeIdentity(identity);
    const moved = this.#byInode.get(inodeOf(stamp));
    if (moved?.[0] !== stamp) return undefined;
    const [folder, name] = split(path);
    this.#set(folder, name, moved);
    return moved[1];
  }

  /**
   * What is known under this very path. Undefined: nothing, but {@link contentOf} may know the file by another one; null: not even
   * that, because a file that is known is not the one it was, or nothing is known at all.
   */
  contentAt(path: WirePath, identity: StatIdentity): ContentId | null | undefined {
    if (this.#folders.size === 0 && !this.#stored) return null;
    const stamp = encodeIdentity(identity);
    const [folder, name] = split(path);
    const known = this.#filesIn(folder)?.get(name);
    if (known?.[0] === stamp) return known[1];
    return known && inodeOf(known[0]) === inodeOf(stamp) ? null : undefined;
  }

  /** Makes finding files by other paths cheap: without this, the first of them makes up for it at once. */
  async prepare(signal: AbortSignal | undefined): Promise<void> {
    if (this.#byInode) return;
    await this.load(signal);
    const forgotten = this.#forgotten;
    const inodes = await inSlices(this.#inodes(), signal);
    if (forgotten === this.#forgotten) this.#byInode = inodes;
  }

  /** `readAtNs`: when the bytes were read. False: the identity was racy, and tells nothing. */
  remember(path: WirePath, identity: StatIdentity, content: ContentId, readAtNs: bigint): boolean {
    const [folder, name] = split(path);
    if (isRacy(identity, readAtNs)) {
      if (this.#filesIn(folder)?.delete(name)) this.#changed.add(folder);
      return false;
    }
    const known: KnownFile = [encodeIdentity(identity), content];
    this.#set(folder, name, known);
    this.#byInode?.set(inodeOf(known[0]), known);
    return true;
  }

  /** The file is read anew at the next look, by whatever name. */
  forget(path: WirePath): void {
    const [folder, name] = split(path);
    this.folders.forget(folder);
    if (!this.#filesIn(folder)?.delete(name)) return;
    this.#changed.add(folder);
    this.#byInode = undefined;
    this.#forgotten++;
  }

  /** Forgets files that are not in a tree. One that is remembered meanwhile may be forgotten, and is hashed once more then. */
  async prune(tree: Tree, signal?: AbortSignal): Promise<void> {
    await this.load(signal);
    this.folders.prune(tree);
    const slice = new TimeSlice();
    for (const [folder, files] of this.#folders) {
      const children = childrenOf(nodeAt(tree, folder === '' ? undefined : (folder as WirePath)));
      for (const name of files.keys()) {
        if (children.get(name)?.kind === 'file') continue;
        files.delete(name);
        this.#changed.add(folder);
      }
      if (files.size === 0) this.#folders.delete(folder);
      if (slice.spent) await slice.rest(signal);
    }
    this.#byInode = undefined;
  }

  /** Folders whose files changed since they were {@link saved}, with all that is known of them; at most so many files, or one folder. */
  changes(most = Infinity): FolderOfFiles[] {
    const changes: FolderOfFiles[] = [];
    let count = 0;
    for (const folder of this.#changed) {
      const files = [...(this.#folders.get(folder) ?? [])];
      count += files.length;
      if (count > most && changes.length > 0) break;
      changes.push([folder, files]);
    }
    return changes;
  }

  /** How many folders there are in {@link changes}. */
  get changed(): number {
    return this.#changed.size;
  }

  saved(changes: readonly FolderOfFiles[]): void {
    for (const [folder] of changes) this.#changed.delete(folder);
  }

  #set(folder: string, name: string, known: KnownFile): void {
    const files = this.#filesIn(folder);
    if (files) files.set(name, known);
    else this.#folders.set(folder, new Map([[name, known]]));
    this.#changed.add(folder);
  }

  #filesIn(folder: string): Map<string, KnownFile> | undefined {
    const files = this.#folders.get(folder);
    if (files || !this.#stored) return files;
    const stored = new Map(this.#stored.knownFilesIn(folder));
    this.#folders.set(folder, stored);
    return stored;
  }

  *#loading(): Steps<void> {
    for (const [folder, files] of this.#stored?.knownFiles() ?? []) {
      if (!this.#folders.has(folder)) this.#folders.set(folder, new Map(files));
      yield;
    }
    this.#stored = undefined;
  }

  *#inodes(): Steps<Map<string, KnownFile>> {
    yield* this.#loading();
    const inodes = new Map<string, KnownFile>();
    for (const files of this.#folders.values())
      for (const known of files.values()) {
        inodes.set(inodeOf(known[0]), known);
        if (inodes.size % STEP === 0) yield;
      }
    return inodes;
  }
}

const inodeOf = (stamp: string): string => stamp.slice(0, stamp.indexOf(' '));

function split(path: WirePath): [folder: string, name: string] {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}
