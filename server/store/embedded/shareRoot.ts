import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { replaceFile } from '../../protocol/disk/atomicFile.ts';
import { diskError, isMissing } from '../../protocol/disk/diskError.ts';
import { Jail } from '../../protocol/disk/jail.ts';
import { SynclineError } from '../../protocol/errors.ts';
import { STATE_FOLDER } from '../../protocol/wirePath.ts';
import { makeFolders } from '../../protocol/disk/makeFolders.ts';

/**
 * The share's folder, and where its state lives.
 *
 * The folder holds a marker, `.syncline/share`, with an id that the index knows as well. As long as the marker is not there, the
 * folder is not the share: a disk that is not mounted, a folder that was moved away or emptied by force looks empty, and
 * must not be taken for one whose files were deleted.
 */
export class ShareRoot {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Where `index.db` is. */
  readonly indexFolder: string;
  /** Where `staging/` and `objects/` are: on the file system of the folder itself, so that files can be moved and linked. */
  readonly filesFolder: string;
  /** Always in the folder itself: marker and lock. */
  readonly stateFolder: string;
  /** Relative path of a state folder that someone put inside the share under another name. */
  readonly #ownPath: string | undefined;
  #id: string | undefined;
  #identity: string;
  #generation = 0;

  private constructor(path: string, indexFolder: string, identity: string) {
    this.path = path;
    this.#identity = identity;
    this.stateFolder = join(path, STATE_FOLDER);
    makeFolders(this.stateFolder, 0o700);
    makeFolders(indexFolder, 0o700);
    this.indexFolder = realpathSync(indexFolder);
    const sameDisk = statSync(this.indexFolder).dev === statSync(path).dev;
    this.filesFolder = sameDisk ? this.indexFolder : this.stateFolder;
    const inside = relative(path, this.indexFolder).split(sep).join('/');
    this.#ownPath = inside.startsWith('../') || inside === STATE_FOLDER ? undefined : inside;
    if (inside === '' || lstatSync(this.stateFolder).isSymbolicLink())
      throw new SynclineError('Usage', 'The state folder must be a folder of its own.');
  }

  /** @throws SynclineError `ShareUnavailable` when there is no such folder, `AccessDenied`, `DiskFull`, `Usage` */
  static open(directory: string, stateDirectory: string | undefined): ShareRoot {
    const path = examine(() => realpathSync(resolve(directory)));
    const identity = examine(() => identityOf(path));
    try {
      return new ShareRoot(path, stateDirectory ?? join(path, STATE_FOLDER), identity);
    } catch (error) {
      throw diskError(error, "make the share's state folder");
    }
  }

  /**
   * Ties folder and index together. `known` is the id that the index has; undefined: the index is new.
   * @throws SynclineError `ShareUnavailable` when the folder is not the one that the index belongs to
   */
  async bind(known: string | undefined): Promise<string> {
    const found = this.#readMarker();
    const ownIndex = this.indexFolder === realpathSync(this.stateFolder);
    if (known !== undefined && found !== known && !ownIndex)
      throw new SynclineError(
        'ShareUnavailable',
        'The folder is not the one that the state folder belongs to. Mount the right disk, or give another state folder.',
      );
    this.#id = known ?? randomUUID();
    if (found === this.#id) return this.#id;
    try {
      await replaceFile(join(this.stateFolder, MARKER), this.#id);
    } catch (error) {
      throw diskError(error, "write to the share's state folder");
    }
    return this.#id;
  }

  /** Grows when {@link check} finds another folder than before that is the share all the same: a disk mounted anew. */
  get generation(): number {
    return this.#generation;
  }

  /** @throws SynclineError `ShareUnavailable` when the folder is missing, no folder, or not the share. */
  check(): void {
    const identity = examine(() => identityOf(this.path));
    if (this.#readMarker() !== this.#id)
      throw unavailable(
        'It has lost its .syncline folder, or another disk is mounted. Bring it back; to begin anew with what is there now, restart the server.',
      );
    if (identity !== this.#identity) this.#generation++;
    this.#identity = identity;
  }

  /** For work on files of the share; to be closed soon. @throws SynclineError `ShareUnavailable` */
  jail(): Jail {
    this.check();
    return this.openJail();
  }

  /** The same for reading something that is checked by its content: whether the folder is the share does not matter. */
  openJail(): Jail {
    return examine(() => Jail.open(this.path));
  }

  /** What never belongs to the share: `.git` at any depth, and Syncline's own state. */
  readonly skip = (path: string): boolean => {
    if (path === this.#ownPath) return true;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return name.length === 4 && name.toLowerCase() === '.git';
  };

  #readMarker(): string | undefined {
    try {
      return readFileSync(join(this.stateFolder, MARKER), 'utf8').trim();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unavailable(diskError(error, 'read its .syncline folder').message, error);
    }
  }
}

const MARKER = 'share';

function identityOf(path: string): string {
  const stat = statSync(path, { bigint: true });
  if (!stat.isDirectory()) throw unavailable('It is no folder.');
  return `${stat.dev} ${stat.ino}`;
}

function examine<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SynclineError) throw error;
    throw unavailable(diskError(error, 'open it').message, error);
  }
}

function unavailable(detail: string, cause?: unknown): SynclineError {
  return new SynclineError('ShareUnavailable', `The share's folder is unavailable; nothing was changed. ${detail}`, {
    cause,
  });
}
