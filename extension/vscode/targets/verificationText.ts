import * as l10n from '@vscode/l10n';
import type { Entry } from '../../../server/protocol/entry.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { type Drift, isSound, type Verification } from '../../sync/verification.ts';
import { countText, sizeText } from '../files/sizeText.ts';
import { planDocument } from './planText.ts';

/** What reading both sides again has shown, in one line. */
export function verificationSummary(verification: Verification): string {
  const { local, remote, plan } = verification;
  const read = l10n.t(
    '{0} read here, {1} on the server',
    countText(local.checked, 'file'),
    countText(remote.checked, 'file'),
  );
  if (isSound(verification)) return l10n.t('{0}: all as it should be, and both sides agree', read);
  const drift = local.drift.length + remote.drift.length;
  const parts = [
    drift > 0 ? l10n.t('{0} not as on record', countText(drift, 'file')) : '',
    plan.toLocal.length + plan.toRemote.length > 0
      ? l10n.t('{0} would bring both sides in line', countText(plan.toLocal.length + plan.toRemote.length, 'change'))
      : '',
    plan.conflicts.length > 0 ? countText(plan.conflicts.length, 'conflict') : '',
    plan.problems.length + local.problems.length > 0
      ? countText(plan.problems.length + local.problems.length, 'problem')
      : '',
  ];
  return `${read}: ${parts.filter((part) => part !== '').join(', ')}`;
}

/** The whole of it as a document. */
export function verificationDocument(title: string, verification: Verification): string {
  const { local, remote, plan } = verification;
  const head = [title, '', `${verificationSummary(verification)}.`];
  if (isSound(verification)) return [...head, ''].join('\n');
  return [
    ...head,
    ...section(l10n.t('Changed here without a trace'), local.drift.map(driftLine)),
    ...section(
      l10n.t("Otherwise than in the server's index, which holds what was found now"),
      remote.drift.map(driftLine),
    ),
    ...section(
      l10n.t('Cannot be read here'),
      local.problems.map(({ path, message }) => `${printable(path)}  ${message}`),
    ),
    '',
    planDocument(l10n.t('What a repair would do'), plan),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : ['', `${title} (${lines.length.toLocaleString('en')})`, ...lines.map((line) => `  ${line}`)];

const driftLine = ({ path, indexed, found }: Drift): string =>
  l10n.t('{0}  was {1}, is {2}', printable(path), describe(indexed), describe(found));

function describe(entry: Entry | null): string {
  if (!entry) return 'nothing';
  if (entry.kind === 'directory') return l10n.t('a folder');
  return entry.kind === 'link'
    ? l10n.t('a link to {0}', printable(entry.target))
    : `${sizeText(entry.size)} ${entry.content.slice(0, 8)}`;
}
