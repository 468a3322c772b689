import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { failureText } from './failureText.ts';
import { runHistory } from './history.ts';
import { type HistoryPlan, planHistory } from './plan.ts';

/** A history that once broke a promise. `found` says what it found. */
interface Seed {
  readonly found: string;
  readonly plan: HistoryPlan;
}

for (const file of globSync(fileURLToPath(new URL('seeds/*.json', import.meta.url))).toSorted()) {
  const { found, plan } = JSON.parse(readFileSync(file, 'utf8')) as Seed;
  test(`${basename(file, '.json')}: ${found}`, async () => {
    const { violations } = await runHistory(plan);
    if (violations.length > 0) assert.fail(await failureText(plan, violations));
  });
}

test('the same seed takes the same course, line by line', async () => {
  for (const seed of [2, 29, 71]) {
    const plan = planHistory(seed, 2);
    const [once, again] = [await runHistory(plan, true), await runHistory(plan, true)];
    assert(once.lines && once.lines.length > 500);
    assert.deepEqual(once, again);
    assert.equal((await runHistory(plan)).fingerprint, once.fingerprint);
  }
});

test('it does so in another process, too', () => {
  const program = fileURLToPath(new URL('simulate.ts', import.meta.url));
  const course = (): string =>
    execFileSync(process.execPath, [program, '--seed', '7', '--trace'], { encoding: 'utf8' });
  const once = course();
  assert.match(once, /^STEP /m);
  assert.equal(course(), once);
});

test('another seed takes another course', async () => {
  const [one, other] = [await runHistory(planHistory(1, 2)), await runHistory(planHistory(2, 2))];
  assert.notEqual(one.fingerprint, other.fingerprint);
});
