import { type BigIntStats, type Dirent, lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { linkStaysInside } from '../entry.ts';
import { type ErrorName, SynclineError } from '../errors.ts';
import type { Problem } from '../problem.ts';
import { MAX_PATH_BYTES, nameFault, nameOf, printable, STATE_FOLDER, type WirePath } from '../wirePath.ts';
import { collisionKey } from './collisionKey.ts';
import { diskError, isMissing } from './diskError.ts';
import type { Jail } from './jail.ts';
import { identityOf, type StatIdentity } from './statIdentity.ts';
import { TimeSlice } from './timeSlice.ts';

/** One folder as it was found, its children by name. */
export interface WalkedDirectory {
  /** '' for the root. */
  readonly path: WirePath | '';
  readonly children: readonly WalkedChild[];
  /**
   * Things in the folder that are left out of `children`: their paths must be treated as unknown, never as deleted. An
   * unreadable folder is not here but in `unreadable`.
   */
  readonly problems: readonly Problem[];
  /** Why the folder could not be listed; then nothing is known about anything below it. */
  readonly unreadable?: Problem;
}

export interface WalkedChild {
  readonly path: WirePath;
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly identity: StatIdentity;
  /** Of a link; inside the root. */
  readonly target?: string;
  /**
   * Another child of the folder has a name with the same collision key. Which of them may be synced is the caller's choice;
   * the others are `NameCollision` problems.
   */
  readonly collides?: true;
}

export interface WalkOptions {
  /** Folder to start at instead of the root. It may vanish meanwhile: then it is walked as unreadable, code NotFound. */
  readonly from?: WirePath | undefined;
  /** What is not looked at, not even by lstat; the walk does not enter it. `.syncline` is always skipped. */
  readonly skip?: ((path: string, isDirectory: boolean) => boolean) | undefined;
  /** Told what is in a folder ('' for the root) before `skip` is asked about any of it. */
  readonly listed?: ((path: WirePath | '', names: readonly string[]) => void) | undefined;
  /** Whether to enter a folder; asked after the folder that it is in was given out. Default: every one that is not skipped. */
  readonly enter?: ((path: WirePath) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Code of the error that is thrown when the root is missing, unreadable or no folder. */
  readonly rootError: Extract<ErrorName, 'RootUnavailable' | 'ShareUnavailable'>;
}

/**
 * What is below a root, folder by folder, each before those in it, by name. Links are not followed, and a folder on which
 * another file system is mounted is a problem (were it unmounted later, its files would look deleted). Works synchronously
 * in slices of about 10 ms, also within a folder. What vanishes between two calls is left out, as if it had vanished before.
 *
 * @throws SynclineError `rootError`, or `Cancelled` when aborted. A failure of anything but the root is data.
 */
export async function* walkDirectory(root: string, options: WalkOptions): AsyncGenerator<WalkedDirectory> {
  const device = examineRoot(root, options.rootError);
  const slice = new TimeSlice();
  const pending: (WirePath | '')[] = [options.from ?? ''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (slice.spent) await rest(slice, options.signal);
    const looking = walkOne(root, path, device, options);
    let step = looking.next();
    for (; step.done !== true; step = looking.next()) if (slice.spent) await rest(slice, options.signal);
    const walked = step.value;
    if (path === '' && walked.unreadable) throw rootUnavailable(options.rootError, walked.unreadable.message);
    yield walked;
    for (const child of walked.children.toReversed())
      if (child.kind === 'directory' && (options.enter?.(child.path) ?? true)) pending.push(child.path);
  }
}

/**
 * What is at one path, as a walk would give it; null when there is nothing. Collisions are not looked for. Throws ENOENT or
 * ENOTDIR when the folder that it should be in is missing or is no folder.
 */
export function lookAtPath(jail: Jail, path: WirePath): WalkedChild | Problem | null {
  return examine(jail.at(path), path, nameOf(path), jail.rootIdentity.dev);
}

function examineRoot(root: string, code: WalkOptions['rootError']): bigint {
  try {
    const stat = statSync(root, { bigint: true });
    if (stat.isDirectory()) return stat.dev;
  } catch (error) {
    throw rootUnavailable(code, diskError(error, 'read the folder').message, error);
  }
  throw rootUnavailable(code, 'It is not a folder.');
}

/** So many entries are looked at between two steps. */
const STEP = 64;

function* walkOne(
  root: string,
  path: WirePath | '',
  device: bigint,
  options: WalkOptions,
): Generator<void, WalkedDirectory, void> {
  const directory = path === '' ? root : `${root}/${path}`;
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const { code, message } = diskError(error, `read the folder “${printable(path)}”`);
    return { path, children: [], problems: [], unreadable: { path, code, message } };
  }
  options.listed?.(
    path,
    entries.map(({ name }) => name),
  );
  const children: WalkedChild[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % STEP === STEP - 1) yield;
    const { name } = entry;
    const childPath = path === '' ? name : `${path}/${name}`;
    if (isStateFolder(name) || options.skip?.(childPath, entry.isDirectory())) continue;
    const found = examine(`${directory}/${name}`, childPath, name, device);
    if (found === null) continue;
    if ('code' in found) problems.push(found);
    else children.push(found);
  }
  children.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { path, children: markCollisions(children), problems };
}

function examine(file: string, path: string, name: string, device: bigint): WalkedChild | Problem | null {
  const fault = nameFault(name);
  if (fault) return problem(path, 'IllegalPath', `“${printable(name)}” ${fault}; rename it to sync it.`);
  if (path.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(path) > MAX_PATH_BYTES)
    return problem(path, 'IllegalPath', `The path is longer than ${MAX_PATH_BYTES} bytes.`);
  try {
    const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return name.includes('\ufffd') ? undecodable(path, name) : null;
    return describe(file, path as WirePath, name, stat, device);
  } catch (error) {
    if (isMissing(error)) return null;
    const { code, message } = diskError(error, `look at “${printable(path)}”`);
    return problem(path, code, message);
  }
}

function describe(
  file: string,
  path: WirePath,
  name: string,
  stat: BigIntStats,
  device: bigint,
): WalkedChild | Problem {
  const identity = identityOf(stat);
  if (stat.isFile()) return { path, name, kind: 'file', identity };
  if (stat.isDirectory()) {
    if (stat.dev === device) return { path, name, kind: 'directory', identity };
    return problem(path, 'UnsupportedType', 'Another file system is mounted on this folder; it is not synced.');
  }
  if (!stat.isSymbolicLink())
    return problem(path, 'UnsupportedType', 'Only files, folders and symbolic links can be synced.');
  const target = readlinkSync(file);
  if (linkStaysInside(path, target)) return { path, name, kind: 'link', identity, target };
  return problem(
    path,
    'LinkOutside',
    `The symbolic link leads to “${printable(target)}”, which is not inside the folder.`,
  );
}

const isStateFolder = (name: string): boolean =>
  name.length === STATE_FOLDER.length && name.toLowerCase() === STATE_FOLDER;

function markCollisions(children: WalkedChild[]): WalkedChild[] {
  if (children.length < 2) return children;
  const seen = new Map<string, number>();
  children.forEach((child, index) => {
    const key = collisionKey(child.name);
    const other = seen.get(key);
    if (other === undefined) return void seen.set(key, index);
    children[other] = { ...(children[other] as WalkedChild), collides: true };
    children[index] = { ...child, collides: true };
  });
  return children;
}

async function rest(slice: TimeSlice, signal: AbortSignal | undefined): Promise<void> {
  try {
    await slice.rest(signal);
  } catch (error) {
    throw error instanceof SynclineError ? error : new SynclineError('Cancelled', undefined, { cause: error });
  }
}

function rootUnavailable(code: WalkOptions['rootError'], detail: string, cause?: unknown): SynclineError {
  const subject = code === 'ShareUnavailable' ? "The share's folder is unavailable" : 'The local folder is unavailable';
  return new SynclineError(code, `${subject}; nothing was changed. ${detail}`, { cause });
}

const problem = (path: string, code: ErrorName, message: string): Problem => ({ path, code, message });

const undecodable = (path: string, name: string): Problem =>
  problem(path, 'IllegalPath', `“${printable(name)}” is not valid UTF-8; rename it to sync it.`);
