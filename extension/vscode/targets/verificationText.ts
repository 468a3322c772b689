import type { Entry } from '../../../server/protocol/entry.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { type Drift, isSound, type Verification } from '../../sync/verification.ts';
import { countText, sizeText } from '../files/sizeText.ts';
import { planDocument } from './planText.ts';

/** What reading both sides again has shown, in one line. */
export function verificationSummary(verification: Verification): string {
  const { local, remote, plan } = verification;
  const read = `${countText(local.checked, 'file')} read here, ${countText(remote.checked, 'file')} on the server`;
  if (isSound(verification)) return `${read}: all as it should be, and both sides agree`;
  const drift = local.drift.length + remote.drift.length;
  const parts = [
    drift > 0 ? `${countText(drift, 'file')} not as on record` : '',
    plan.toLocal.length + plan.toRemote.length > 0
      ? `${countText(plan.toLocal.length + plan.toRemote.length, 'change')} would bring both sides in line`
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
    ...section('Changed here without a trace', local.drift.map(driftLine)),
    ...section("Otherwise than in the server's index, which holds what was found now", remote.drift.map(driftLine)),
    ...section(
      'Cannot be read here',
      local.problems.map(({ path, message }) => `${printable(path)}  ${message}`),
    ),
    '',
    planDocument('What a repair would do', plan),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : ['', `${title} (${lines.length.toLocaleString('en')})`, ...lines.map((line) => `  ${line}`)];

const driftLine = ({ path, indexed, found }: Drift): string =>
  `${printable(path)}  was ${describe(indexed)}, is ${describe(found)}`;

function describe(entry: Entry | null): string {
  if (!entry) return 'nothing';
  if (entry.kind === 'directory') return 'a folder';
  return entry.kind === 'link'
    ? `a link to ${printable(entry.target)}`
    : `${sizeText(entry.size)} ${entry.content.slice(0, 8)}`;
}
