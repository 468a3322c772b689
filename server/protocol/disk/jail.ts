import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { SynclineError } from '../errors.ts';

/** How many directories stay open between two uses. */
const MAX_OPEN = 128;

/**
 * Turns relative paths into ones that file system calls may use without ever following a symbolic link below the root, even
 * if another program swaps a folder for a link meanwhile.
 *
 * On Linux every folder on the way is opened with O_NOFOLLOW from the one above it, and the paths handed out name the open
 * folder (`/proc/self/fd/N/name`). Elsewhere each folder on the way is examined right before use, which leaves a window of
 * microseconds.
 *
 * Contract: a path from {@link at} or {@link directory} is good for synchronous calls made at once, not across an `await` or
 * another call of the jail. The last part is never resolved, so calls must be of the kind that does not follow it (lstat,
 * rename, unlink, open with O_NOFOLLOW). A missing folder on the way throws ENOENT, anything else in its place ENOTDIR, as
 * the file system would. A jail is short-lived: it does not notice that an open folder has been moved by someone else.
 */
export class Jail {
  readonly #root: string;
  /** Open folders by relative path, the least recently used first. Null where the kernel does not offer it. */
  readonly #open: Map<string, number> | null;
  readonly #stat: BigIntStats;

  private constructor(root: string, stat: BigIntStats, open: Map<string, number> | null) {
    this.#root = root;
    this.#stat = stat;
    this.#open = open;
  }

  /** The root itself may be reached through links; that is its owner's choice. @throws what opening a folder throws. */
  static open(root: string): Jail {
    if (!HAS_DESCRIPTOR_PATHS) {
      const real = realpathSync(root);
      const stat = statSync(real, { bigint: true });
      if (!stat.isDirectory()) throw notADirectory();
      return new Jail(real, stat, null);
    }
    const descriptor = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
    return new Jail(root, fstatSync(descriptor, { bigint: true }), new Map([['', descriptor]]));
  }

  /** Device and inode of the root, for telling whether it is still the same folder. */
  get rootIdentity(): { readonly dev: bigint; readonly ino: bigint } {
    return { dev: this.#stat.dev, ino: this.#stat.ino };
  }

  /** Where the thing called `path` is; its last part is not examined. */
  at(path: string): string {
    const slash = path.lastIndexOf('/');
    return slash < 0
      ? `${this.directory('')}/${path}`
      : `${this.directory(path.slice(0, slash))}/${path.slice(slash + 1)}`;
  }

  /** Where the folder called `path` is ('' for the root); every part has been examined. */
  directory(path: string): string {
    return this.#open === null ? this.#examined(path) : `${DESCRIPTORS}/${this.#descriptor(this.#open, path)}`;
  }

  /** To be called after the folder `path` was moved or removed: forgets it and everything below. */
  forget(path: string): void {
    if (this.#open === null) return;
    for (const [open, descriptor] of this.#open) {
      if (open !== path && !open.startsWith(`${path}/`)) continue;
      this.#open.delete(open);
      closeSync(descriptor);
    }
  }

  close(): void {
    if (this.#open === null) return;
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptor(open: Map<string, number>, path: string): number {
    const known = open.get(path);
    if (known !== undefined) {
      if (path !== '') {
        open.delete(path);
        open.set(path, known);
      }
      return known;
    }
    if (path === '') throw new SynclineError('Internal', 'A jail was used after it was closed.');
    const slash = path.lastIndexOf('/');
    const parent = this.#descriptor(open, slash < 0 ? '' : path.slice(0, slash));
    const descriptor = openSync(
      `${DESCRIPTORS}/${parent}/${path.slice(slash + 1)}`,
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    open.set(path, descriptor);
    if (open.size > MAX_OPEN) this.#closeOldest(open);
    return descriptor;
  }

  #closeOldest(open: Map<string, number>): void {
    for (const [path, descriptor] of open) {
      if (path === '') continue;
      open.delete(path);
      closeSync(descriptor);
      return;
    }
  }

  #examined(path: string): string {
    let at = this.#root;
    if (path === '') return at;
    for (const part of path.split('/')) {
      at = `${at}/${part}`;
      if (!lstatSync(at).isDirectory()) throw notADirectory();
    }
    return at;
  }
}

const DESCRIPTORS = '/proc/self/fd';
const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync(DESCRIPTORS);

const notADirectory = (): Error => Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
