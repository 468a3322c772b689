import * as l10n from '@vscode/l10n';
import type { Entry } from '../../../server/protocol/entry.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import { sizeText } from '../files/sizeText.ts';

/** What happened on both sides, in a few words: `changed here, deleted there`. */
export function conflictWords({ base, mine, theirs }: Conflict): string {
  return l10n.t('{0} here, {1} on the server', verb(base, mine), verb(base, theirs));
}

export function conflictTooltip(conflict: Conflict): string {
  return [
    conflict.path,
    conflictWords(conflict),
    l10n.t('Before: {0}', describe(conflict.base)),
    l10n.t('Mine (here): {0}', describe(conflict.mine)),
    l10n.t('Theirs (server): {0}', describe(conflict.theirs)),
  ].join('\n');
}

function verb(base: Entry | null, now: Entry | null): string {
  if (!now) return l10n.t('deleted');
  if (!base) return now.kind === 'directory' ? l10n.t('a folder') : l10n.t('added');
  return now.kind === base.kind ? l10n.t('changed') : l10n.t('replaced by a {0}', NOUNS[now.kind]);
}

const NOUNS: Record<Entry['kind'], string> = {
  file: l10n.t('file'),
  directory: l10n.t('folder'),
  link: l10n.t('symbolic link'),
};

function describe(entry: Entry | null): string {
  if (!entry) return l10n.t('nothing');
  if (entry.kind === 'directory') return l10n.t('a folder');
  if (entry.kind === 'link') return l10n.t('a symbolic link to {0}', printable(entry.target));
  return `${sizeText(entry.size)}, ${entry.content.slice(0, 8)}${entry.executable ? l10n.t(', executable') : ''}`;
}
