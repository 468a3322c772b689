import { type BigIntStats, type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { SynclineError } from '../errors.ts';
import { STATE_FOLDER } from '../wirePath.ts';
import { diskError, errnoOf, isMissing } from './diskError.ts';
import type { DirtyPaths } from './dirtyPaths.ts';
import { TimeSlice } from './timeSlice.ts';
import type { DirectoryWatch, WatchOptions } from './watchDirectory.ts';

/**
 * One `fs.watch` per folder. A watch belongs to an inode: when a folder is moved, its watch goes with it and would report
 * old paths, so whatever a rename event names is closed and set up anew.
 */
export class FolderWatches implements DirectoryWatch {
  readonly #root: string;
  readonly #dirty: DirtyPaths;
  readonly #options: WatchOptions;
  readonly #watches = new Map<string, { readonly watcher: FSWatcher; readonly inode: bigint }>();
  /** Names of the watched folders in a folder, so that a subtree can be found without looking at all. */
  readonly #below = new Map<string, Set<string>>();
  #degraded = false;
  #closed = false;

  constructor(root: string, dirty: DirtyPaths, options: WatchOptions) {
    this.#root = root;
    this.#dirty = dirty;
    this.#options = options;
  }

  get size(): number {
    return this.#watches.size;
  }

  /** Sets watches on a folder and all folders below it, each before it is listed. */
  async watchTree(from: string): Promise<void> {
    const slice = new TimeSlice();
    const pending = [from];
    for (let path = pending.pop(); path !== undefined && !this.#closed; path = pending.pop()) {
      if (slice.spent) await slice.rest();
      this.#watchOne(path, pending);
    }
  }

  watchNew(path: string): boolean {
    if (this.#closed) return false;
    const directory = `${this.#root}/${path}`;
    try {
      if (!this.#add(path, directory)) return false;
      if (readdirSync(directory).length === 0) return true;
    } catch (error) {
      if (!isMissing(error)) this.#degrade(error);
      return false;
    }
    this.#watchBelow(path);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#dirty.close();
    for (const { watcher } of this.#watches.values()) watcher.close();
    this.#watches.clear();
    this.#below.clear();
  }

  #watchOne(path: string, pending: string[]): void {
    const directory = path === '' ? this.#root : `${this.#root}/${path}`;
    try {
      if (!this.#add(path, directory)) return;
      for (const entry of readdirSync(directory, { withFileTypes: true }))
        if (entry.isDirectory()) {
          const child = path === '' ? entry.name : `${path}/${entry.name}`;
          if (!this.#isSkipped(child, entry.name, true)) pending.push(child);
        }
    } catch (error) {
      if (isMissing(error)) this.#forget(path);
      else this.#degrade(error);
    }
  }

  /** Whether the folder is watched now, by a watch that is younger than this call or known to be good. */
  #add(path: string, directory: string): boolean {
    const stat = path === '' ? undefined : lstatSync(directory, { bigint: true });
    if (stat && !stat.isDirectory()) return false;
    const inode = stat?.ino ?? 0n;
    const known = this.#watches.get(path);
    if (known?.inode === inode) return true;
    if (known) this.#forget(path);
    const watcher = watch(directory, { persistent: false }, (event, name) => this.#onEvent(path, event, name));
    watcher.on('error', (error) => this.#onError(path, error));
    this.#watches.set(path, { watcher, inode });
    if (path === '') return true;
    const slash = path.lastIndexOf('/');
    const parent = path.slice(0, Math.max(slash, 0));
    const siblings = this.#below.get(parent);
    if (siblings) siblings.add(path.slice(slash + 1));
    else this.#below.set(parent, new Set([path.slice(slash + 1)]));
    return true;
  }

  #onEvent(folder: string, event: string, name: string | null): void {
    if (this.#closed) return;
    if (name === null) return this.#dirty.add(folder);
    const path = folder === '' ? name : `${folder}/${name}`;
    const stat = event === 'rename' ? this.#look(path) : undefined;
    const isDirectory = stat?.isDirectory() ?? this.#watches.has(path);
    if (this.#isSkipped(path, name, isDirectory)) return;
    const known = this.#watches.get(path);
    if (stat && (!isDirectory || known?.inode === stat.ino) && this.#options.isOwn?.(path, stat))
      return this.#dirty.pass();
    this.#dirty.add(path, event === 'change');
    if (event !== 'rename') return;
    if (known && known.inode !== stat?.ino) this.#forget(path);
    if (stat?.isDirectory() && known?.inode !== stat.ino) this.#watchBelow(path);
    if (folder === '' && !this.#look('')) this.#dirty.addEverything();
  }

  /** Small new folders at once, so that no event in between is missed; the rest of a large tree in slices. */
  #watchBelow(path: string): void {
    this.watchTree(path).then(
      () => this.#dirty.add(path),
      (error: unknown) => this.#degrade(error),
    );
  }

  #onError(path: string, error: unknown): void {
    this.#forget(path);
    // Windows reports EPERM for a watched folder that was deleted; that is no loss of watches
    if (errnoOf(error) !== 'EPERM' && !isMissing(error)) this.#degrade(error);
    this.#dirty.add(path);
  }

  #look(path: string): ReturnType<typeof lookAt> {
    return lookAt(path === '' ? this.#root : `${this.#root}/${path}`);
  }

  #forget(path: string): void {
    this.#watches.get(path)?.watcher.close();
    this.#watches.delete(path);
    const slash = path.lastIndexOf('/');
    this.#below.get(path.slice(0, Math.max(slash, 0)))?.delete(path.slice(slash + 1));
    const names = this.#below.get(path);
    this.#below.delete(path);
    for (const name of names ?? []) this.#forget(path === '' ? name : `${path}/${name}`);
  }

  #degrade(error: unknown): void {
    if (this.#closed) return;
    this.#dirty.addEverything();
    if (this.#degraded) return;
    this.#degraded = true;
    this.#options.onDegraded?.(explain(error));
  }

  #isSkipped(path: string, name: string, isDirectory: boolean): boolean {
    return name.toLowerCase() === STATE_FOLDER || (this.#options.skip?.(path, isDirectory) ?? false);
  }
}

function lookAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function explain(error: unknown): SynclineError {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EMFILE')
    return new SynclineError(
      'TooMany',
      'The system allows no more file watches; changes are found by scanning instead. Raise fs.inotify.max_user_watches.',
      { cause: error },
    );
  return diskError(error, 'watch a folder');
}
