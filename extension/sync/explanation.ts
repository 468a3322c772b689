import { type Entry, sameEntry } from '../../server/protocol/entry.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { IgnoreExplanation } from './ignore/ignoreRules.ts';
import type { AppliedOperation } from './plan.ts';
import type { Brake } from './reconcile/brakes.ts';
import type { Conflict } from './reconcile/conflict.ts';
import type { Mode } from './reconcile/mode.ts';

/** Why a path is synced or not, and where it stands. */
export interface Explanation {
  readonly path: string;
  readonly kind: 'ignored' | 'problem' | 'conflict' | 'stopped' | 'inSync' | 'differs' | 'unknown';
  readonly mode: Mode;
  readonly ignore: IgnoreExplanation;
  /** Of the path or of a folder above it, as is the conflict. */
  readonly problem: Problem | null;
  readonly conflict: Conflict | null;
  /** Why the conflict was not merged by itself, where that was tried. */
  readonly unmerged: string | null;
  /** What the next sync does about it. */
  readonly planned: AppliedOperation | null;
  /** Why the next sync asks before it does anything. */
  readonly brake: Brake | null;
  readonly base: Entry | null;
  readonly local: Entry | null;
  readonly remote: Entry | null;
}

export type ExplainedFacts = Omit<Explanation, 'kind'>;

export function explain(facts: ExplainedFacts): Explanation {
  return { ...facts, kind: kindOf(facts) };
}

function kindOf({ ignore, problem, conflict, planned, brake, local, remote }: ExplainedFacts): Explanation['kind'] {
  if (ignore.ignored) return 'ignored';
  if (problem) return 'problem';
  if (conflict) return 'conflict';
  if (planned && brake) return 'stopped';
  if (!local && !remote) return 'unknown';
  return sameEntry(local, remote) ? 'inSync' : 'differs';
}

/** The same in words. */
export function explanationText(explanation: Explanation): string {
  const { path, kind, ignore, problem, unmerged, brake } = explanation;
  const shown = `“${printable(path)}”`;
  switch (kind) {
    case 'ignored':
      return `${shown} is ignored: ${ignoreText(path, ignore)}.`;
    case 'problem':
      return `${shown} is not synced. ${problem?.message ?? ''}`;
    case 'conflict':
      return `${shown} was changed on both sides; nothing is touched until you decide which one to keep.${unmerged ? ` ${unmerged}` : ''}`;
    case 'stopped':
      return `${shown} waits: the sync has stopped until you confirm it. ${brake?.message ?? ''}`;
    case 'unknown':
      return `There is nothing at ${shown}, neither here nor on the server.`;
    case 'inSync':
      return `${shown} is in sync${keptBy(ignore)}.`;
    case 'differs':
      return `${shown} ${differenceText(explanation)}${keptBy(ignore)}; ${nextText(explanation)}.`;
  }
}

function differenceText({ local, remote }: Explanation): string {
  if (!local) return 'is on the server alone';
  return remote ? "differs from the server's" : 'is here alone';
}

function nextText({ planned, mode }: Explanation): string {
  if (!planned) return `“${mode}” leaves it so`;
  const there = planned.side === 'remote' ? 'on the server' : 'here';
  switch (planned.operation.kind) {
    case 'put':
    case 'makeDirectory':
      return planned.side === 'remote' ? 'the next sync sends it' : 'the next sync fetches it';
    case 'delete':
      return `the next sync deletes it ${there}`;
    case 'rename':
      return `the next sync renames it ${there}`;
  }
}

function ignoreText(path: string, { rule, path: at }: IgnoreExplanation): string {
  const where = at === path ? '' : `its folder “${printable(at)}” `;
  if (rule === 'always') return `${where}${where ? 'is ' : ''}never synced (git's or Syncline's own data)`;
  if (!rule) return 'no rule says so';
  return `${where}matches “${printable(rule.text)}” in line ${rule.line} of ${printable(rule.file)}`;
}

function keptBy({ rule }: IgnoreExplanation): string {
  if (!rule || rule === 'always') return '';
  return ` (kept by “${printable(rule.text)}” in line ${rule.line} of ${printable(rule.file)})`;
}
