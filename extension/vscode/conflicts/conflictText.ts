import type { Entry } from '../../../server/protocol/entry.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import { sizeText } from '../files/sizeText.ts';

/** What happened on both sides, in a few words: `changed here, deleted there`. */
export function conflictWords({ base, mine, theirs }: Conflict): string {
  return `${verb(base, mine)} here, ${verb(base, theirs)} on the server`;
}

export function conflictTooltip(conflict: Conflict): string {
  return [
    conflict.path,
    conflictWords(conflict),
    `Before: ${describe(conflict.base)}`,
    `Mine (here): ${describe(conflict.mine)}`,
    `Theirs (server): ${describe(conflict.theirs)}`,
  ].join('\n');
}

function verb(base: Entry | null, now: Entry | null): string {
  if (!now) return 'deleted';
  if (!base) return now.kind === 'directory' ? 'a folder' : 'added';
  return now.kind === base.kind ? 'changed' : `replaced by a ${NOUNS[now.kind]}`;
}

const NOUNS: Record<Entry['kind'], string> = { file: 'file', directory: 'folder', link: 'symbolic link' };

function describe(entry: Entry | null): string {
  if (!entry) return 'nothing';
  if (entry.kind === 'directory') return 'a folder';
  if (entry.kind === 'link') return `a symbolic link to ${printable(entry.target)}`;
  return `${sizeText(entry.size)}, ${entry.content.slice(0, 8)}${entry.executable ? ', executable' : ''}`;
}
