import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AppliedOperation } from '../../extension/sync/plan.ts';
import { planDifference, stepKey, stepsOf } from '../../extension/sync/planDifference.ts';
import { isSynclineError } from '../support/errors.ts';
import { plantTree } from '../support/plantTree.ts';
import { startServer } from '../support/serverProcess.ts';
import { SyncedFolder } from '../support/syncedFolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { harvest } from '../support/tree.ts';
import { treeOf } from '../support/treeNotation.ts';

async function pair(t: TestContext, local: string, remote: string) {
  const directory = temporaryFolder(t);
  plantTree(directory, treeOf(remote));
  const server = await startServer(t, { directory });
  const folder = new SyncedFolder(t, server);
  plantTree(folder.root, treeOf(local));
  return { directory, folder, target: await folder.open() };
}

const NONE: ReadonlySet<string> = new Set();

const pathOf = ({ operation }: AppliedOperation): string =>
  operation.kind === 'rename' ? operation.to : operation.path;

test('carries out the chosen steps of a plan and no others, and sends nothing of what was left out', async (t) => {
  const { directory, folder, target } = await pair(t, 'a=1 secret.env=2 d/x=3', 'b=4 c=5');
  const plan = await target.plan();
  const leftOut = stepsOf(plan).filter((step) => !['a', 'd', 'd/x', 'c'].includes(pathOf(step)));
  const before = folder.wire.length;
  const summary = await target.carryOut(plan, new Set(leftOut.map(stepKey)));
  assert.deepEqual([summary.uploaded, summary.downloaded], [2, 1]);
  assert.deepEqual(Object.keys(harvest(directory)).toSorted(), ['a', 'b', 'c', 'd', 'd/x']);
  assert.deepEqual(Object.keys(harvest(folder.root)).toSorted(), ['a', 'c', 'd', 'd/x', 'secret.env']);
  assert.doesNotMatch(JSON.stringify(folder.wire.slice(before)), /secret\.env/);
  assert.deepEqual(
    stepsOf(await target.plan())
      .map(pathOf)
      .toSorted(),
    ['b', 'secret.env'],
  );
});

test('does nothing when another look finds something else to do than was shown', async (t) => {
  const { directory, folder, target } = await pair(t, 'a=1 b=2', '');
  const plan = await target.plan();
  writeFileSync(join(folder.root, 'a'), 'meanwhile');
  await assert.rejects(target.carryOut(plan, NONE), (error: unknown) => {
    assert.ok(isSynclineError('Changed')(error));
    assert.match(String(error), /something else to do about “a”\. Nothing was done/);
    return true;
  });
  assert.deepEqual(harvest(directory), {});
  const now = await target.plan();
  await target.carryOut(now, NONE);
  assert.deepEqual(harvest(directory), { a: 'meanwhile', b: '2' });
});

test('what a person was shown and has chosen needs no other word for a brake', async (t) => {
  const names = Array.from({ length: 30 }, (_, at) => `f${at}`);
  const { directory, folder, target } = await pair(t, names.map((name) => `${name}=1`).join(' '), '');
  await target.syncOnce();
  for (const name of names) rmSync(join(folder.root, name));
  const plan = await target.plan();
  assert.notEqual(plan.brake, null);
  const leftOut = new Set(stepsOf(plan).slice(3).map(stepKey));
  await target.carryOut(plan, leftOut);
  assert.equal(Object.keys(harvest(directory)).length, 27);
  await assert.rejects(target.syncOnce(), isSynclineError('BrakeStopped'));
});

test('a difference names paths, the rest by their count', () => {
  const none = { conflicts: [], problems: [], brake: null, isFirst: false, toLocal: [] };
  const steps = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ kind: 'makeDirectory' as const, path: path as never }));
  assert.equal(planDifference({ ...none, toRemote: steps }, { ...none, toRemote: steps.toReversed() }), null);
  assert.match(
    planDifference({ ...none, toRemote: steps }, { ...none, toRemote: [] }) ?? '',
    /“a”, “b”, “c” and 2 more\.$/,
  );
});
