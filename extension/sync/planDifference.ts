import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../../server/protocol/messages/files.ts';
import { printable } from '../../server/protocol/wirePath.ts';
import { type AppliedOperation, keyOf, pathsOf, type Plan } from './plan.ts';

/** The steps of a plan, in the order in which they are carried out. */
export function stepsOf({ toLocal, toRemote }: Pick<Plan, 'toLocal' | 'toRemote'>): AppliedOperation[] {
  return [
    ...toLocal.map((operation) => ({ side: 'local' as const, operation })),
    ...toRemote.map((operation) => ({ side: 'remote' as const, operation })),
  ];
}

/** Equal for equal steps of the same side alone. */
export const stepKey = ({ side, operation }: AppliedOperation): string => `${side} ${keyOf(operation)}`;

/** Whether these are the same in the same order, as two looks at a large plan mostly are; told without a text for each. */
const areSame = (a: readonly Operation[], b: readonly Operation[]): boolean =>
  a.length === b.length && a.every((operation, index) => isDeepStrictEqual(operation, b[index]));

/** So many paths are named. */
const MOST_NAMED = 3;

/** In words what is no longer as it was shown; null when exactly that would be carried out. */
export function planDifference(shown: Plan, found: Plan): string | null {
  if (areSame(shown.toLocal, found.toLocal) && areSame(shown.toRemote, found.toRemote)) return null;
  const [before, now] = [stepsOf(shown), stepsOf(found)];
  const [known, current] = [new Set(before.map(stepKey)), new Set(now.map(stepKey))];
  const changed = [
    ...now.filter((step) => !known.has(stepKey(step))),
    ...before.filter((step) => !current.has(stepKey(step))),
  ];
  const paths = [...new Set(changed.flatMap(({ operation }) => pathsOf(operation)))];
  if (paths.length === 0) return null;
  const named = paths.slice(0, MOST_NAMED).map((path) => `“${printable(path)}”`);
  const rest = paths.length > MOST_NAMED ? ` and ${(paths.length - MOST_NAMED).toLocaleString('en')} more` : '';
  return `Since the plan was shown there is something else to do about ${named.join(', ')}${rest}.`;
}
