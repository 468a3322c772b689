import { type HistoryResult, runHistory } from './history.ts';
import type { HistoryPlan } from './plan.ts';
import type { TimedStep } from './step.ts';

/** Tries so many shorter histories at most. */
const MOST_TRIES = 300;

/**
 * A history that breaks the same promise with as few steps as could be found, by leaving out more and more of them (delta
 * debugging, Zeller and Hildebrandt, 2002). The time of a step that is left out still passes.
 */
export async function shrink(plan: HistoryPlan, mostTries = MOST_TRIES): Promise<HistoryPlan> {
  const wanted = kindOf(await runHistory(plan));
  let smallest = plan;
  let tries = 0;
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1; ) {
    let isSmaller = false;
    for (let from = 0; from < smallest.steps.length && tries < mostTries; ) {
      const candidate = { ...smallest, steps: without(smallest.steps, from, size) };
      tries++;
      if (kindOf(await runHistory(candidate)) === wanted) {
        smallest = candidate;
        isSmaller = true;
      } else from += size;
    }
    if (tries >= mostTries) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!isSmaller) break;
  }
  return smallest;
}

function without(steps: readonly TimedStep[], from: number, count: number): TimedStep[] {
  const after = steps.slice(from + count);
  const passed = steps.slice(from, from + count).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const [next, ...rest] = after;
  const kept = next ? [{ ...next, afterMs: next.afterMs + passed }, ...rest] : [];
  return [...steps.slice(0, from), ...kept];
}

/** Which promise was broken, whatever the paths. */
function kindOf({ violations: [first] }: HistoryResult): string | null {
  if (first === undefined) return null;
  return first.replaceAll(/“[^”]*”|\d+|\([^)]*\)/g, '').slice(0, 40);
}
