import { type Entry, sameEntry } from '../../server/protocol/entry.ts';
import type { Problem } from '../../server/protocol/problem.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import type { IgnoreExplanation } from './ignore/ignoreRules.ts';
import type { Conflict } from './reconcile/conflict.ts';

/** Why a path is synced or not, and where it stands. */
export interface Explanation {
  readonly path: string;
  readonly kind: 'ignored' | 'problem' | 'conflict' | 'inSync' | 'differs' | 'unknown';
  readonly ignore: IgnoreExplanation;
  readonly problem: Problem | null;
  readonly conflict: Conflict | null;
  readonly base: Entry | null;
  readonly local: Entry | null;
  readonly remote: Entry | null;
}

export type ExplainedFacts = Omit<Explanation, 'kind'>;

export function explain(facts: ExplainedFacts): Explanation {
  return { ...facts, kind: kindOf(facts) };
}

function kindOf({ ignore, problem, conflict, local, remote }: ExplainedFacts): Explanation['kind'] {
  if (ignore.ignored) return 'ignored';
  if (problem) return 'problem';
  if (conflict) return 'conflict';
  if (!local && !remote) return 'unknown';
  return sameEntry(local, remote) ? 'inSync' : 'differs';
}

/** The same in words. */
export function explanationText({ path, kind, ignore, problem, local, remote }: Explanation): string {
  const shown = `“${printable(path)}”`;
  switch (kind) {
    case 'ignored':
      return `${shown} is ignored: ${ignoreText(path, ignore)}.`;
    case 'problem':
      return `${shown} is not synced. ${problem?.message ?? ''}`;
    case 'conflict':
      return `${shown} was changed on both sides; nothing is touched until you decide which one to keep.`;
    case 'unknown':
      return `There is nothing at ${shown}, neither here nor on the server.`;
    case 'inSync':
      return `${shown} is in sync${keptBy(ignore)}.`;
    case 'differs': {
      if (!local) return `${shown} is on the server alone${keptBy(ignore)}.`;
      return remote
        ? `${shown} differs from the server's${keptBy(ignore)}.`
        : `${shown} is here alone${keptBy(ignore)}.`;
    }
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
