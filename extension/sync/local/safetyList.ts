import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../../server/protocol/disk/namesIn.ts';
import type { WirePath } from '../../../server/protocol/wirePath.ts';

/** What was kept together: by one round of a sync, one download, or one restore. */
export interface SafetySession {
  /** `2026-11-22T14-03-05.123Z`: the name of its folder, and what a person calls it by. */
  readonly id: string;
  /** Milliseconds since 1970, on this machine's clock. */
  readonly at: number;
  /** Where the copies are, each at its path. */
  readonly folder: string;
}

export interface SafetyCopy {
  /** Where it was in the synced folder; `~2` and so on is appended when one session kept several of one path. */
  readonly path: WirePath;
  readonly kind: 'file' | 'link' | 'directory';
  /** Bytes; 0 unless it is a file. */
  readonly size: number;
}

/** The sessions below a folder of safety copies, the newest first; none where nothing was ever kept. */
export function safetySessions(folder: string): SafetySession[] {
  const sessions: SafetySession[] = [];
  for (const id of namesIn(folder)) {
    const at = Date.parse(id.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
    if (SESSION.test(id) && !Number.isNaN(at)) sessions.push({ id, at, folder: join(folder, id) });
  }
  return sessions.sort((a, b) => b.at - a.at);
}

/** What a session kept, folders before what is in them. */
export function copiesOf({ folder }: Pick<SafetySession, 'folder'>): SafetyCopy[] {
  const copies: SafetyCopy[] = [];
  const visit = (below: string): void => {
    for (const name of namesIn(join(folder, below))) {
      const path = (below === '' ? name : `${below}/${name}`) as WirePath;
      const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (!stat) continue;
      const kind = stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'file';
      copies.push({ path, kind, size: kind === 'file' ? stat.size : 0 });
      if (kind === 'directory') visit(path);
    }
  };
  visit('');
  return copies;
}

/** Without the folders. */
export const leavesOf = (session: Pick<SafetySession, 'folder'>): SafetyCopy[] =>
  copiesOf(session).filter(({ kind }) => kind !== 'directory');

const SESSION = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;
