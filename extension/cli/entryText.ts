import type { Entry } from '../../server/protocol/entry.ts';
import type { ListRow } from '../../server/protocol/messages/files.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import { formatBytes } from './output/format.ts';

/** What a path holds, in a few words. */
export function describeEntry(entry: Entry | null): string {
  if (!entry) return 'nothing';
  if (entry.kind === 'directory') return 'folder';
  if (entry.kind === 'link') return `link to ${printable(entry.target)}`;
  return `${entry.executable ? 'executable ' : ''}file, ${formatBytes(entry.size)}`;
}

/** A row as scripts get it. */
export const rowObject = ({ path, entry, rev, modifiedAt }: ListRow, shown: string = path): object => ({
  path: shown,
  ...entry,
  rev,
  modifiedAt: isoTime(modifiedAt),
});

/** For JSON; null for a time that is none. */
export const isoTime = (milliseconds: number | null): string | null =>
  milliseconds === null || Number.isNaN(new Date(milliseconds).getTime()) ? null : new Date(milliseconds).toISOString();
