import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { diskError, errnoOf } from '../../../server/protocol/disk/diskError.ts';
import { syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';

/** Copies are kept so long, and no more than so many bytes of them. */
export const KEEP_MS = 7 * 24 * 3600 * 1000;
export const KEEP_BYTES = 1024 ** 3;

/**
 * What Syncline overwrote or deleted in the local folder, in `safety/<time>/<path>` of the state folder, so that a person
 * can have it back. A hard link where possible, which costs nothing, else a copy. All methods throw what the file system
 * throws, or a `SynclineError`, and then the file must stay as it is.
 */
export class SafetyCopies {
  readonly #folder: string;
  readonly #now: () => number;
  #session: string | undefined;
  readonly #made = new Set<string>();
  /** Folders in which names are new, and copies whose bytes are. */
  readonly #unsynced = new Set<string>();

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** What is kept from now on belongs together and gets a folder of its own. */
  begin(): void {
    this.#session = undefined;
    this.#made.clear();
  }

  /** Keeps a copy of a file that stays in place. Returns where. */
  copy(file: string, path: WirePath): string {
    const target = this.#place(path);
    try {
      linkSync(file, target);
    } catch (error) {
      if (!CANNOT_LINK.has(errnoOf(error) ?? '')) throw error;
      copyFileSync(file, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      this.#unsynced.add(target);
    }
    return target;
  }

  /** Resolves when what was kept would survive a power cut. To be awaited before the changes themselves are made durable. */
  async sync(): Promise<void> {
    const paths = [...this.#unsynced];
    this.#unsynced.clear();
    try {
      await syncToDisk(paths.filter((path) => existsSync(path)));
    } catch (error) {
      // the next call tries all of it again
      for (const path of paths) this.#unsynced.add(path);
      throw error;
    }
  }

  /** Moves a file here; null when this is another file system and it has to be copied. */
  move(file: string, path: WirePath): string | null {
    const target = this.#place(path);
    try {
      renameSync(file, target);
      return target;
    } catch (error) {
      if (errnoOf(error) === 'EXDEV') return null;
      throw error;
    }
  }

  keepLink(linkTarget: string, path: WirePath): void {
    symlinkSync(linkTarget, this.#place(path));
  }

  /** Removes what is too old or too much, the oldest first. */
  prune(): void {
    const sessions = listSessions(this.#folder);
    let total = 0;
    for (const { folder, at } of sessions.reverse()) {
      total += bytesBelow(folder);
      const isCurrent = folder === this.#session;
      if (!isCurrent && (total > KEEP_BYTES || this.#now() - at > KEEP_MS))
        rmSync(folder, { recursive: true, force: true });
    }
  }

  #place(path: WirePath): string {
    this.#session ??= join(this.#folder, new Date(this.#now()).toISOString().replaceAll(':', '-'));
    const parent = dirname(join(this.#session, path));
    if (!this.#made.has(parent)) {
      for (const folder of foldersBetween(makeFolder(parent, path), parent)) this.#unsynced.add(folder);
      this.#made.add(parent);
    }
    this.#unsynced.add(parent);
    let target = join(this.#session, path);
    for (let n = 2; lstatSync(target, { throwIfNoEntry: false }); n++) target = join(this.#session, `${path}~${n}`);
    return target;
  }
}

/** Gives the outermost folder that had to be made, if any. */
function makeFolder(folder: string, path: WirePath): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code, message } = diskError(error, `make a safety copy of “${printable(path)}”`);
    // "not found" would be taken for the file itself
    throw new SynclineError(code === 'DiskFull' ? code : 'StorageFailed', message, { cause: error });
  }
}

/** The folders that got a new name by making `folder` and those above it, down from the one that `outermost` is in. */
function foldersBetween(outermost: string | undefined, folder: string): string[] {
  if (outermost === undefined) return [];
  const folders: string[] = [];
  for (let at = folder; at.length >= outermost.length; at = dirname(at)) folders.push(dirname(at));
  return folders;
}

/** Codes of file systems that have no hard links, or not between these two places. */
export const CANNOT_LINK: ReadonlySet<string> = new Set([
  'EXDEV',
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

function listSessions(folder: string): { folder: string; at: number }[] {
  try {
    const names = readdirSync(folder).sort();
    return names.map((name) => ({ folder: join(folder, name), at: timeOf(name) }));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `2026-11-22T14-03-05.123Z` */
function timeOf(name: string): number {
  const at = Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
  return Number.isNaN(at) ? 0 : at;
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}
