import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import type { FileEntry, LinkEntry } from '../../../server/protocol/entry.ts';
import { placeNew } from '../../../server/protocol/disk/placeNew.ts';
import { errnoOf, isMissing } from '../../../server/protocol/disk/diskError.ts';
import { namesCollide } from '../../../server/protocol/disk/collisionKey.ts';
import type { Jail } from '../../../server/protocol/disk/jail.ts';
import { identityOf } from '../../../server/protocol/disk/statIdentity.ts';
import type { WalkedChild } from '../../../server/protocol/disk/walkDirectory.ts';
import { nameOf, parentOf, type WirePath } from '../../../server/protocol/wirePath.ts';
import type { LocalStaging } from './localStaging.ts';
import { lookAt, sameFile } from './localState.ts';
import type { SafetyCopies } from './safetyCopies.ts';

/** The path does not hold what it was expected to; nothing was done. */
export class Stale extends Error {}

/**
 * The steps by which the local folder is changed. Each is synchronous from its last look to its last system call, keeps a
 * safety copy of what it takes away, and leaves a path with its old or its new content whatever happens.
 *
 * All throw {@link Stale}, or what the file system throws.
 */
export class LocalChanges {
  readonly #jail: Jail;
  readonly #staging: LocalStaging;
  readonly #safety: SafetyCopies;
  /** Folders whose names changed, for {@link syncToDisk}. */
  readonly changedFolders = new Set<string>();

  constructor(jail: Jail, staging: LocalStaging, safety: SafetyCopies) {
    this.#jail = jail;
    this.#staging = staging;
    this.#safety = safety;
  }

  /** Puts a staged file where nothing is, or in place of `old`. */
  placeFile(path: WirePath, staged: string, entry: FileEntry, old: WalkedChild | null): void {
    try {
      const { newFileMode } = this.#staging;
      const mode = withExecutable(old?.kind === 'file' ? old.identity.mode : newFileMode, entry.executable);
      if (mode !== newFileMode && process.platform !== 'win32') chmodSync(staged, mode);
      this.#place(path, staged, old);
    } catch (error) {
      rmSync(staged, { force: true });
      throw error;
    }
  }

  placeLink(path: WirePath, { target }: LinkEntry, old: WalkedChild | null): void {
    if (old === null) {
      this.makeParents(path);
      this.#changed(path);
      return onExists(() => symlinkSync(target, this.#jail.at(path)));
    }
    const staged = this.#staging.makeLink(target);
    try {
      this.#place(path, staged, old);
    } finally {
      rmSync(staged, { force: true });
    }
  }

  /** For a file that keeps its content. */
  setExecutable(path: WirePath, executable: boolean, old: WalkedChild): void {
    if (process.platform === 'win32') return;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const descriptor = openSync(this.#jail.at(path), flags);
    try {
      fchmodSync(descriptor, withExecutable(old.identity.mode, executable));
    } finally {
      closeSync(descriptor);
    }
  }

  makeFolder(path: WirePath): void {
    this.makeParents(path);
    try {
      mkdirSync(this.#jail.at(path));
      this.#changed(path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      const found = lookAt(this.#jail, path);
      if (found === null || found === 'other' || found.kind !== 'directory') throw new Stale();
    }
  }

  makeParents(path: WirePath): void {
    const parent = parentOf(path);
    if (parent === undefined) return;
    try {
      this.#jail.directory(parent);
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (errnoOf(error) === 'ENOTDIR') throw new Stale();
      this.makeFolder(parent);
    }
  }

  /** Takes a file or link away. */
  remove(path: WirePath, old: WalkedChild): void {
    this.#changed(path);
    if (old.kind === 'link') {
      this.#requireSame(path, old);
      this.#safety.keepLink(old.target ?? '', path);
      return unlinkSync(this.#jail.at(path));
    }
    const kept = this.#safety.move(this.#jail.at(path), path);
    if (kept === null) {
      this.#safety.copy(this.#jail.at(path), path);
      this.#requireSame(path, old);
      return unlinkSync(this.#jail.at(path));
    }
    if (sameFile(identityOf(lstatSync(kept, { bigint: true })), old.identity)) return;
    // somebody put another file here a moment ago: it goes back to its place
    placeNew(kept, this.#jail.at(path));
    throw new Stale();
  }

  /** A folder that still holds something, ignored or new, is left standing. */
  removeFolder(path: WirePath): void {
    this.#safety.keepFolder(path);
    try {
      rmdirSync(this.#jail.at(path));
      this.#changed(path);
      this.#jail.forget(path);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOTDIR') throw new Stale();
      if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST' && errno !== 'ENOENT') throw error;
    }
  }

  /** `to` must be free, unless it is another spelling of `from` that the file system takes for the same. */
  move(from: WirePath, to: WirePath, old: WalkedChild): void {
    this.makeParents(to);
    const there = lookAt(this.#jail, to);
    const isSame = there !== null && there !== 'other' && there.identity.ino === old.identity.ino;
    if (there !== null && !(isSame && namesCollide(nameOf(from), nameOf(to)))) throw new Stale();
    this.#requireSame(from, old);
    if (old.kind === 'file' && !isSame) this.#moveFile(from, to);
    else renameSync(this.#jail.at(from), this.#jail.at(to));
    if (old.kind === 'directory') this.#jail.forget(from);
    this.#changed(from);
    this.#changed(to);
  }

  /** By a second name, which fails where something is, and then without the first. */
  #moveFile(from: WirePath, to: WirePath): void {
    placeNew(this.#jail.at(from), this.#jail.at(to));
  }

  #place(path: WirePath, staged: string, old: WalkedChild | null): void {
    this.makeParents(path);
    this.#changed(path);
    const target = this.#jail.at(path);
    if (old === null) return onExists(() => placeNew(staged, target));
    if (old.kind === 'link') {
      this.#requireSame(path, old);
      this.#safety.keepLink(old.target ?? '', path);
    } else this.#keepFile(path, old);
    renameSync(staged, this.#jail.at(path));
  }

  /** The copy itself is examined, so what is overwritten is what was kept. */
  #keepFile(path: WirePath, old: WalkedChild): void {
    const kept = this.#safety.copy(this.#jail.at(path), path);
    const stat = lstatSync(kept, { bigint: true });
    const isLinked = stat.ino === old.identity.ino;
    if (isLinked ? sameFile(identityOf(stat), old.identity) : this.#isSame(path, old)) return;
    rmSync(kept, { force: true });
    throw new Stale();
  }

  #requireSame(path: WirePath, old: WalkedChild): void {
    if (!this.#isSame(path, old)) throw new Stale();
  }

  #isSame(path: WirePath, old: WalkedChild): boolean {
    const stat: BigIntStats | undefined = lstatSync(this.#jail.at(path), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return false;
    return old.kind === 'directory' ? stat.ino === old.identity.ino : sameFile(identityOf(stat), old.identity);
  }

  #changed(path: WirePath): void {
    this.changedFolders.add(parentOf(path) ?? '');
  }
}

/** Whoever may read may execute, or nobody may; nothing but the nine permission bits stays. */
export const withExecutable = (mode: number, executable: boolean): number =>
  executable ? (mode & 0o777) | ((mode & 0o444) >> 2) : mode & 0o666;

function onExists(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new Stale();
    throw error;
  }
}
