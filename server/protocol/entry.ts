import type { ContentId } from './contentId.ts';

/**
 * What a path holds. Modification times and mode bits other than "executable" belong to each machine and do not travel.
 */
export type Entry = FileEntry | DirectoryEntry | LinkEntry;

export interface FileEntry {
  readonly kind: 'file';
  readonly content: ContentId;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
}

export interface DirectoryEntry {
  readonly kind: 'directory';
}

/** A symbolic link; `target` is relative, POSIX, and resolves inside the root. */
export interface LinkEntry {
  readonly kind: 'link';
  readonly target: string;
}

export const DIRECTORY: DirectoryEntry = Object.freeze({ kind: 'directory' });

/** Equality of what two paths hold; `null` stands for "nothing there". */
export function sameEntry(a: Entry | null | undefined, b: Entry | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  if (a.kind === 'file') return b.kind === 'file' && a.content === b.content && a.executable === b.executable;
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'directory';
}

/**
 * Whether a link at `path` with `target` stays inside the root: relative, no drive or backslash, `..` only in front and never
 * more often than the link is deep. Purely lexical. `..` after a name is refused because the name may itself be a link, and
 * then `..` would climb from wherever that leads.
 */
export function linkStaysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /[\\:\u0000]/.test(target)) return false;
  let climb = path.split('/').length - 1;
  let named = false;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') named = true;
    else if (named || --climb < 0) return false;
  }
  return true;
}
