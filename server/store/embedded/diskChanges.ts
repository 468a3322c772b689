import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { errnoOf, isMissing } from '../../protocol/disk/diskError.ts';
import { Jail } from '../../protocol/disk/jail.ts';
import { identityOf, sameIdentity } from '../../protocol/disk/statIdentity.ts';
import { openForSync, syncToDisk } from '../../protocol/disk/syncToDisk.ts';
import { isWithin, movePath, parentOf, type WirePath } from '../../protocol/wirePath.ts';
import { inheritMode, withExecutable } from './fileMode.ts';
import type { DurableFolders } from './durableFolders.ts';
import type { IndexEntry } from './indexEntries.ts';
import { looksSame } from './knownIdentity.ts';
import { Diverged } from './operationFailure.ts';
import { removeLeftover } from './removeLeftover.ts';
import type { Retained } from './retainFile.ts';
import type { StagedFile, Staging } from './staging.ts';

/**
 * What a group of commits does to the share's folder. Each method is one step that either happens or throws what the file
 * system says, and remembers which folders have to be synced. No step follows a link, and none overwrites a file that
 * was not examined right before.
 */
export class DiskChanges {
  readonly jail: Jail;
  /** Folders in which names changed ('' is the root), and files whose mode did. */
  readonly #folders = new Set<WirePath | ''>();
  readonly #files = new Set<WirePath>();
  /** Folders whose names are durable after the next {@link sync}. */
  readonly #vouched = new Set<WirePath>();
  readonly #staging: Staging;
  readonly #durable: DurableFolders;

  constructor(jail: Jail, staging: Staging, durable: DurableFolders) {
    this.jail = jail;
    this.#staging = staging;
    this.#durable = durable;
  }

  /** Null when there is nothing, or something else than a folder on the way. */
  stat(path: WirePath): BigIntStats | null {
    try {
      return lstatSync(this.jail.at(path), { bigint: true, throwIfNoEntry: false }) ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** @throws Diverged if there is something */
  requireNothing(path: WirePath): void {
    if (this.stat(path) !== null) throw new Diverged();
  }

  /** @throws Diverged if it is not what the index says any more */
  requireStill(known: IndexEntry): BigIntStats {
    const stat = this.stat(known.path);
    if (stat === null || !isStill(known, stat)) throw new Diverged();
    return stat;
  }

  /** An answer that rests on the index alone, if the disk agrees with the index. @throws Diverged if it does not */
  asKnown<T>(path: WirePath, known: IndexEntry | null, answer: T): T {
    if (known) this.requireStill(known);
    else this.requireNothing(path);
    return answer;
  }

  /** What is there already is answered for as well, whoever put it there and whether or not they synced it. */
  vouchFor({ path, entry }: IndexEntry): void {
    if (entry.kind === 'file') this.#files.add(path);
    if (entry.kind === 'directory') this.#folders.add(path);
    this.#folders.add(parentOf(path) ?? '');
    this.#vouchForFolders(path);
  }

  /** @throws Diverged if the path does not hold the very thing any more that was kept */
  requireKept(path: WirePath, { stat, linked }: Retained): void {
    const now = this.stat(path);
    if (now === null || now.nlink !== stat.nlink + (linked ? 1n : 0n)) throw new Diverged();
    const [before, after] = [identityOf(stat), identityOf(now)];
    if (!sameIdentity(before, linked ? { ...after, ctimeNs: before.ctimeNs } : after)) throw new Diverged();
  }

  /** What is at a path after it was changed. @throws Diverged: what was done counts as done by someone else */
  found(path: WirePath): BigIntStats {
    try {
      return lstatSync(this.jail.at(path), { bigint: true });
    } catch (error) {
      throw new Diverged('', { cause: error });
    }
  }

  makeFolder(path: WirePath): void {
    onlyIfFree(() => mkdirSync(this.jail.at(path)));
    this.#touch(path);
    this.#folders.add(path);
  }

  /** Moves a staged file to a path where nothing is; not even a file that appears at this very moment is overwritten. */
  create(path: WirePath, { file }: StagedFile, executable: boolean): void {
    const at = this.jail.at(path);
    const changed = inheritMode(file, this.#staging.newFileMode, null, executable);
    if (onlyIfFree(() => link(file, at))) removeLeftover(file);
    else {
      // where there are no links, a look right before is the best there is
      this.requireNothing(path);
      renameSync(file, at);
    }
    this.#touch(path);
    if (changed) this.#files.add(path);
  }

  /** Moves a staged file over the file or link that `old` describes; keeps a file's mode and owner. */
  replace(path: WirePath, { file }: StagedFile, old: BigIntStats, executable: boolean): void {
    const changed = inheritMode(file, this.#staging.newFileMode, old.isFile() ? old : null, executable);
    renameSync(file, this.jail.at(path));
    this.#touch(path);
    if (changed) this.#files.add(path);
  }

  /** Makes a link; `replace` says that a file or link is at the path. */
  putLink(path: WirePath, target: string, replace: boolean): void {
    const at = this.jail.at(path);
    if (replace) {
      const temporary = this.#staging.temporary();
      symlinkSync(target, temporary);
      renameSync(temporary, at);
    } else onlyIfFree(() => symlinkSync(target, at));
    this.#touch(path);
  }

  /** Changes nothing but the mode. */
  setExecutable(path: WirePath, known: IndexEntry, executable: boolean): void {
    const descriptor = openForSync(this.jail.at(path));
    try {
      const stat = fstatSync(descriptor, { bigint: true });
      if (!isStill(known, stat)) throw new Diverged();
      fchmodSync(descriptor, withExecutable(Number(stat.mode) & 0o777, executable));
      this.#files.add(path);
    } finally {
      closeSync(descriptor);
    }
  }

  remove(path: WirePath): void {
    unlinkSync(this.jail.at(path));
    this.#touch(path);
  }

  /** Throws ENOTEMPTY when anything is in it, known or not. */
  removeFolder(path: WirePath): void {
    rmdirSync(this.jail.at(path));
    this.#left(path);
    this.#touch(path);
  }

  /** One rename(2); replaces a file or link at `to`. */
  move(from: WirePath, to: WirePath): void {
    renameSync(this.jail.at(from), this.jail.at(to));
    for (const folder of this.#folders)
      if (folder !== '' && isWithin(folder, from)) this.#folders.add(movePath(folder, from, to));
    for (const file of this.#files) if (isWithin(file, from)) this.#files.add(movePath(file, from, to));
    this.#left(from);
    this.jail.forget(to);
    this.#durable.forget(to);
    this.#touch(from);
    this.#touch(to);
  }

  /** Takes a whole folder out of the share, to a free name on the same file system. */
  moveOut(path: WirePath): string {
    const aside = this.#staging.temporary();
    renameSync(this.jail.at(path), aside);
    this.#left(path);
    this.#touch(path);
    return aside;
  }

  moveBack(aside: string, path: WirePath): void {
    renameSync(aside, this.jail.at(path));
    this.#touch(path);
  }

  /** Resolves when everything that was done is durable. */
  async sync(writeOut?: () => Promise<void>): Promise<void> {
    const [files, folders, vouched] = [[...this.#files], [...this.#folders], [...this.#vouched]];
    this.#files.clear();
    this.#folders.clear();
    this.#vouched.clear();
    await Promise.all([
      syncToDisk(files, (path) => openForSync(this.jail.at(path)), writeOut),
      syncToDisk(folders, (path) => openSync(this.jail.directory(path), constants.O_RDONLY), writeOut),
    ]);
    this.#durable.add(vouched);
  }

  #touch(path: WirePath): void {
    this.#folders.add(parentOf(path) ?? '');
    this.#files.delete(path);
    this.#vouchForFolders(path);
  }

  /** A file is as durable as the names of the folders on the way to it, and those may be somebody else's. */
  #vouchForFolders(path: WirePath): void {
    for (const folder of this.#durable.unknownAbove(path)) {
      this.#folders.add(parentOf(folder) ?? '');
      this.#vouched.add(folder);
    }
  }

  /** A path is gone, with everything below it. */
  #left(path: WirePath): void {
    this.jail.forget(path);
    this.#durable.forget(path);
    for (const folder of this.#vouched) if (isWithin(folder, path)) this.#vouched.delete(folder);
    for (const folder of this.#folders) if (folder !== '' && isWithin(folder, path)) this.#folders.delete(folder);
    for (const file of this.#files) if (isWithin(file, path)) this.#files.delete(file);
  }
}

function isStill({ entry, identity }: IndexEntry, stat: BigIntStats): boolean {
  if (entry.kind === 'directory') return stat.isDirectory();
  if (entry.kind === 'link' ? !stat.isSymbolicLink() : !stat.isFile()) return false;
  return looksSame(identity, identityOf(stat));
}

/** @throws Diverged when the name has been taken meanwhile */
function onlyIfFree<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new Diverged('', { cause: error });
    throw error;
  }
}

/** A second name for a file; false where the file system does not offer that. */
export function link(file: string, to: string): boolean {
  try {
    linkSync(file, to);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined && CANNOT_LINK.has(errno)) return false;
    throw error;
  }
}

/** What link(2) says where it is not offered, or not for this file. */
const CANNOT_LINK: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
]);
