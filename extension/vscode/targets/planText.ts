import * as l10n from '@vscode/l10n';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import type { Problem } from '../../../server/protocol/problem.ts';
import { printable } from '../../../server/protocol/wirePath.ts';
import { atOnce, STEP, type Steps } from '../../sync/inSlices.ts';
import type { Plan } from '../../sync/plan.ts';
import type { Conflict } from '../../sync/reconcile/conflict.ts';
import { conflictWords } from '../conflicts/conflictText.ts';
import { countText, sizeText } from '../files/sizeText.ts';

/** A plan in one line: `3 files go up (1.2 MB), 1 file comes down, 2 conflicts`. */
export function planSummary(plan: Plan): string {
  const parts = [
    puts(plan.toRemote, l10n.t('go up'), l10n.t('goes up')),
    puts(plan.toLocal, l10n.t('come down'), l10n.t('comes down')),
    count(plan.toRemote, 'rename', l10n.t('renamed on the server')),
    count(plan.toLocal, 'rename', l10n.t('renamed here')),
    count(plan.toRemote, 'delete', l10n.t('deleted on the server')),
    count(plan.toLocal, 'delete', l10n.t('deleted here')),
    plan.conflicts.length > 0 ? countText(plan.conflicts.length, 'conflict') : '',
    plan.problems.length > 0 ? countText(plan.problems.length, 'problem') : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? l10n.t('both sides agree; there is nothing to do') : parts.join(', ');
}

/** The whole plan as a document. */
export const planDocument = (title: string, plan: Plan): string => atOnce(planDocumentInSteps(title, plan));

export function* planDocumentInSteps(title: string, plan: Plan): Steps<string> {
  const summary = planSummary(plan);
  return [
    title,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    l10n.t('Nothing has been changed; “Syncline: Sync Now” carries this out.'),
    ...(plan.brake ? ['', l10n.t('This needs your word first: {0}', plan.brake.message)] : []),
    ...(yield* section(l10n.t('To the server'), plan.toRemote, operationLine)),
    ...(yield* section(l10n.t('To this folder'), plan.toLocal, operationLine)),
    ...(yield* section(
      l10n.t('Conflicts: both sides changed, nothing is touched until you decide'),
      plan.conflicts,
      conflictLine,
    )),
    ...(yield* section(l10n.t('Problems: these are left alone, everything else goes on'), plan.problems, problemLine)),
    '',
  ].join('\n');
}

function* section<T>(title: string, all: readonly T[], lineOf: (each: T) => string): Steps<string[]> {
  if (all.length === 0) return [];
  const lines = ['', `${title} (${all.length.toLocaleString('en')})`];
  for (const each of all) if (lines.push(`  ${lineOf(each)}`) % STEP === 0) yield;
  return lines;
}

const VERB = 10;

function operationLine(operation: Operation): string {
  switch (operation.kind) {
    case 'put': {
      const { entry, expect, path } = operation;
      const size = entry.kind === 'file' ? `  ${sizeText(entry.size)}` : `  → ${printable(entry.target)}`;
      return `${(expect ? l10n.t('change') : l10n.t('add')).padEnd(VERB)}${path}${size}`;
    }
    case 'makeDirectory':
      return `${l10n.t('folder').padEnd(VERB)}${operation.path}/`;
    case 'delete':
      return `${l10n.t('delete').padEnd(VERB)}${operation.path}${operation.expect.kind === 'directory' ? '/' : ''}`;
    case 'rename':
      return `${l10n.t('rename').padEnd(VERB)}${operation.from} → ${operation.to}`;
  }
}

const conflictLine = (conflict: Conflict) => `${conflict.path}  (${conflictWords(conflict)})`;
const problemLine = ({ path, message }: Problem) => `${printable(path)}  ${message}`;

function puts(operations: readonly Operation[], many: string, one: string): string {
  const files = operations.filter((operation) => operation.kind === 'put');
  if (files.length === 0) return '';
  const bytes = files.reduce((sum, { entry }) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  return `${countText(files.length, 'file')} ${files.length === 1 ? one : many} (${sizeText(bytes)})`;
}

function count(operations: readonly Operation[], kind: Operation['kind'], words: string): string {
  const found = operations.filter((operation) => operation.kind === kind).length;
  return found === 0 ? '' : `${found.toLocaleString('en')} ${words}`;
}
