import { runHistory } from './history.ts';
import { type HistoryPlan } from './plan.ts';
import { shrink } from './shrink.ts';
import { describeStep } from './step.ts';

/** What broke, by the fewest steps that could be found, and the lines of a seed file that repeat it. */
export async function failureText(plan: HistoryPlan, violations: readonly string[]): Promise<string> {
  const smallest = await shrink(plan);
  const { violations: still } = await runHistory(smallest);
  return [
    `seed ${plan.seed} (${plan.modes.join(', ')}), ${plan.steps.length} steps: ${violations[0]}`,
    `  with ${smallest.steps.length} steps: ${still[0]}`,
    ...smallest.steps.map((step) => `    ${describeStep(step)}`),
    `  seed file: ${JSON.stringify({ found: still[0], plan: smallest })}`,
  ].join('\n');
}
