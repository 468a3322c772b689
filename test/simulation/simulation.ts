import assert from 'node:assert/strict';
import { failureText } from './failureText.ts';
import { runHistory } from './history.ts';
import { planHistory } from './plan.ts';

/** Runs histories of a fixed list; fails with the shortest history that breaks a promise. */
export async function requireHistories(from: number, count: number, clients: number): Promise<void> {
  for (let seed = from; seed < from + count; seed++) {
    const plan = planHistory(seed, clients);
    const { violations } = await runHistory(plan);
    if (violations.length > 0) assert.fail(await failureText(plan, violations));
  }
}
