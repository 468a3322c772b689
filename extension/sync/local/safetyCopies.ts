import { constants, copyFileSync, linkSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskError, errnoOf } from '../../../server/protocol/disk/diskError.ts';
import { syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import { printable, type WirePath } from '../../../server/protocol/wirePath.ts';
import { copiesOf, safetySessions } from './safetyList.ts';
import { makeFolders } from '../../../server/protocol/disk/makeFolders.ts';

/** Copies are kept so long, and no more than so many bytes of them. */
export const KEEP_MS = 7 * 24 * 3600 * 1000;
export const KEEP_BYTES = 1024 ** 3;

/** What a process that died has left is older than this only if the system has written it to the disk by itself long ago. */
const LEFT_MS = 10 * 60_000;

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
  #knowsWhatWasLeft = false;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Whether something that was kept might not survive a power cut yet, because syncing it has failed. */
  get isUnsynced(): boolean {
    return this.#unsynced.size > 0;
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

  /**
   * Resolves when what was kept would survive a power cut, also what an earlier process kept and died over. To be awaited before
   * the changes themselves are made durable, and once before anything else.
   */
  async sync(): Promise<void> {
    if (!this.#knowsWhatWasLeft) for (const path of this.#left()) this.#unsynced.add(path);
    this.#knowsWhatWasLeft = true;
    const paths = [...this.#unsynced];
    this.#unsynced.clear();
    try {
      await syncToDisk(paths.filter((path) => lstatSync(path, { throwIfNoEntry: false })));
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

  /** Keeps that there was a folder: a deleted tree can be had back as a whole, with the empty ones in it. */
  keepFolder(path: WirePath): void {
    this.#makeFolder(join(this.#sessionFolder(), path), path);
  }

  /** Removes what is too old or too much, the oldest first. */
  prune(): void {
    let total = 0;
    for (const session of safetySessions(this.#folder)) {
      const { folder, at } = session;
      total += copiesOf(session).reduce((sum, { size }) => sum + size, 0);
      const isCurrent = folder === this.#session;
      if (!isCurrent && (total > KEEP_BYTES || this.#now() - at > KEEP_MS))
        rmSync(folder, { recursive: true, force: true });
    }
  }

  #left(): string[] {
    const sessions = safetySessions(this.#folder).filter(({ at }) => this.#now() - at < LEFT_MS);
    if (sessions.length === 0) return [];
    const below = sessions.flatMap((session) =>
      copiesOf(session).flatMap(({ path, kind }) => (kind === 'link' ? [] : [join(session.folder, path)])),
    );
    return [dirname(this.#folder), this.#folder, ...sessions.map(({ folder }) => folder), ...below];
  }

  #place(path: WirePath): string {
    const session = this.#sessionFolder();
    const parent = dirname(join(session, path));
    this.#makeFolder(parent, path);
    this.#unsynced.add(parent);
    let target = join(session, path);
    for (let n = 2; lstatSync(target, { throwIfNoEntry: false }); n++) target = join(session, `${path}~${n}`);
    return target;
  }

  #sessionFolder(): string {
    return (this.#session ??= join(this.#folder, new Date(this.#now()).toISOString().replaceAll(':', '-')));
  }

  #makeFolder(folder: string, path: WirePath): void {
    if (this.#made.has(folder)) return;
    for (const each of foldersBetween(makeFolder(folder, path), folder)) this.#unsynced.add(each);
    this.#made.add(folder);
  }
}

/** Gives the outermost folder that had to be made, if any. */
function makeFolder(folder: string, path: WirePath): string | undefined {
  try {
    return makeFolders(folder, 0o700);
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
