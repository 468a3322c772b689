import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { openForSync, syncToDisk } from '../../../server/protocol/disk/syncToDisk.ts';
import { diskError, errnoOf } from '../../../server/protocol/disk/diskError.ts';
import { hashFiles } from '../../../server/protocol/disk/hashFile.ts';
import { Jail } from '../../../server/protocol/disk/jail.ts';
import {
  identityOf,
  isExecutable,
  sameIdentity,
  type StatIdentity,
} from '../../../server/protocol/disk/statIdentity.ts';
import type { ContentId } from '../../../server/protocol/contentId.ts';
import { EMPTY_CONTENT } from '../../../server/protocol/contentId.ts';
import type { Entry } from '../../../server/protocol/entry.ts';
import { linkStaysInside } from '../../../server/protocol/entry.ts';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ContentPart } from '../../../server/protocol/messages/content.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { RemoteFiles } from '../remoteFiles.ts';
import type { CopyOptions } from './copyProgress.ts';
import { StagedContents } from './stagedContents.ts';
import type { CopiedFolder } from './uploadFolder.ts';

/** What to fetch: entries by their path below the local folder, folders before what is in them. */
export type Wanted = ReadonlyMap<string, Entry>;

export interface DownloadOptions extends CopyOptions {
  /** Left out, files that differ are not replaced: nothing is fetched then, and `AlreadyExists` is thrown. */
  readonly safety?: DownloadSafety;
}

/** Takes what is about to be replaced into safe keeping. Where that fails, the file stays as it is. */
export interface DownloadSafety {
  /** `file`: where it is; `path`: below the folder. Throws what the file system says. */
  keep(file: string, path: string): void;

  /** Resolves when what was kept would survive a power cut. */
  sync(): Promise<void>;
}

/**
 * Fetches entries into an existing local folder. Files that are the same already stay as they are; each other one appears
 * whole and verified, in one step. What cannot be put in its place is a problem, and the rest goes on.
 */
export async function download(
  files: RemoteFiles,
  root: string,
  wanted: Wanted,
  options: DownloadOptions = {},
): Promise<CopiedFolder> {
  const { signal, safety } = options;
  const compared = await compare(root, wanted, signal);
  const clashes = compared.filter(({ state }) => state === 'differs');
  const [first] = clashes;
  if (first && !safety) throw refusal(first.path, clashes.length);
  const todo = compared.filter(({ state }) => state !== 'same');
  const staged = new StagedContents(root);
  const jail = Jail.open(root);
  try {
    const parts = partsOf(todo, (content, size) => staged.resume(content, size));
    const bytes = parts.reduce((sum, { size, from }) => sum + size - from, 0);
    options.onTotal?.(bytes);
    await files.download(parts, staged, options);
    const problems = await placeAll(jail, staged, todo, safety);
    const leaves = compared.filter(({ entry }) => entry.kind !== 'directory').length;
    const copied = todo.filter(({ entry }) => entry.kind !== 'directory').length - problems.length;
    return { copied, same: leaves - copied - problems.length, bytes, problems };
  } finally {
    jail.close();
    staged.close();
  }
}

interface Compared {
  readonly path: string;
  readonly entry: Entry;
  readonly state: 'missing' | 'same' | 'differs';
  /** Of what is there now. */
  readonly identity?: StatIdentity;
}

async function compare(root: string, wanted: Wanted, signal: AbortSignal | undefined): Promise<Compared[]> {
  const jail = Jail.open(root);
  const compared: Compared[] = [];
  try {
    for (const [path, entry] of wanted) compared.push(look(jail, path, entry));
  } finally {
    jail.close();
  }
  const unsure = compared.filter(
    ({ entry, state, identity }) => entry.kind === 'file' && state === 'differs' && identity,
  );
  const hashed = await hashFiles(
    root,
    unsure.map(({ path }) => path),
    { signal },
  );
  const sameContent = new Set(
    unsure.filter(({ entry }, at) => {
      const file = hashed[at];
      if (!file || file instanceof SynclineError || entry.kind !== 'file') return false;
      return file.content === entry.content && isExecutable(file.identity) === entry.executable;
    }),
  );
  return compared.map((each) => (sameContent.has(each) ? { ...each, state: 'same' } : each));
}

/** What can be told without reading: a file of the right size may still be the same. */
function look(jail: Jail, path: string, entry: Entry): Compared {
  try {
    const stat = lstatSync(jail.at(path), { bigint: true, throwIfNoEntry: false });
    if (!stat) return { path, entry, state: 'missing' };
    const identity = identityOf(stat);
    if (stat.isDirectory()) return { path, entry, state: entry.kind === 'directory' ? 'same' : 'differs' };
    if (stat.isSymbolicLink()) {
      const same = entry.kind === 'link' && readlinkSync(jail.at(path)) === entry.target;
      return { path, entry, state: same ? 'same' : 'differs', identity };
    }
    return { path, entry, state: 'differs', ...(stat.isFile() && { identity }) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { path, entry, state: 'missing' };
    return { path, entry, state: 'differs' };
  }
}

function partsOf(todo: readonly Compared[], resume: (content: ContentId, size: number) => number): ContentPart[] {
  const parts = new Map<ContentId, ContentPart>();
  for (const { entry } of todo) {
    if (entry.kind !== 'file' || entry.content === EMPTY_CONTENT || parts.has(entry.content)) continue;
    const { content, size } = entry;
    parts.set(content, { content, size, from: resume(content, size) });
  }
  return [...parts.values()];
}

async function placeAll(
  jail: Jail,
  staged: StagedContents,
  todo: readonly Compared[],
  safety: DownloadSafety | undefined,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const touched = new Set<string>();
  const uses = new Map<ContentId, number>();
  for (const { entry } of todo) if (entry.kind === 'file') uses.set(entry.content, (uses.get(entry.content) ?? 0) + 1);
  for (const each of todo) {
    const left = each.entry.kind === 'file' ? (uses.get(each.entry.content) ?? 1) - 1 : 0;
    if (each.entry.kind === 'file') uses.set(each.entry.content, left);
    try {
      place(jail, staged, each, safety, left === 0);
      touched.add(each.path.slice(0, Math.max(0, each.path.lastIndexOf('/'))));
    } catch (error) {
      const { code, message } = diskError(error, `write “${printable(each.path)}”`);
      problems.push({ path: each.path, code, message });
    }
  }
  // what was replaced must be safe before the replacement is
  await safety?.sync();
  await syncToDisk([...touched], (folder) => openForSync(`${jail.directory(folder)}/.`));
  return problems;
}

function place(
  jail: Jail,
  staged: StagedContents,
  { path, entry, state, identity }: Compared,
  safety: DownloadSafety | undefined,
  last: boolean,
): void {
  if (entry.kind === 'directory') return mkdirSync(jail.at(path));
  const replace = state === 'differs';
  if (replace) {
    const stat = lstatSync(jail.at(path), { bigint: true });
    if (stat.isDirectory())
      throw new SynclineError('NotAFile', `“${printable(path)}” is a folder here; it was left alone.`);
    if (!identity || !sameIdentity(identity, identityOf(stat))) {
      throw new SynclineError('Changed', `“${printable(path)}” changed here meanwhile; it was left alone.`);
    }
    safety?.keep(jail.at(path), path);
  }
  if (entry.kind === 'file') {
    staged.place(entry.content, jail.at(path), { executable: entry.executable, replace, last });
    return;
  }
  if (!linkStaysInside(path, entry.target)) throw new SynclineError('LinkOutside');
  if (replace)
    throw new SynclineError('AlreadyExists', `“${printable(path)}” is a link on the server; it was left alone.`);
  symlinkSync(entry.target, jail.at(path));
}

function refusal(path: string, count: number): SynclineError {
  const others = count === 1 ? '' : ` (and ${count - 1} more)`;
  return new SynclineError(
    'AlreadyExists',
    `“${printable(path)}”${others} exists here and differs; nothing was overwritten. Add --force to replace what differs.`,
    { data: { path } },
  );
}
