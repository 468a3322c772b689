import type { ContentId } from '../../protocol/contentId.ts';
import { DIRECTORY, type Entry } from '../../protocol/entry.ts';

/** How the tables keep an entry. */
export interface EntryColumns {
  readonly kind: string;
  readonly content: string | null;
  readonly size: number;
  readonly executable: number;
  readonly target: string | null;
}

/** In the order kind, content, size, executable, target. */
export type EntryValues = readonly [string, string | null, number, number, string | null];

export function toColumns(entry: Entry): EntryValues {
  switch (entry.kind) {
    case 'file':
      return ['file', entry.content, entry.size, entry.executable ? 1 : 0, null];
    case 'link':
      return ['link', null, 0, 0, entry.target];
    case 'directory':
      return ['directory', null, 0, 0, null];
  }
}

export function fromColumns(row: EntryColumns): Entry {
  if (row.kind === 'file')
    return { kind: 'file', content: row.content as ContentId, size: row.size, executable: row.executable === 1 };
  return row.kind === 'link' ? { kind: 'link', target: row.target ?? '' } : DIRECTORY;
}
