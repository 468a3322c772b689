import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { areSteps, readBatches, writeBatches } from '../../../extension/sync/batches/batchFile.ts';
import { ChangeBatches, MOST_BATCHES, MOST_STEPS, QUIET_MS } from '../../../extension/sync/batches/changeBatches.ts';
import { undoBatch } from '../../../extension/sync/batches/undoBatch.ts';
import { withParents } from '../../../extension/sync/batches/withParents.ts';
import { entryOf, nodeAt, type Tree } from '../../../extension/sync/tree/tree.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { contentIdOf } from '../../../server/protocol/contentId.ts';
import type { FileEntry } from '../../../server/protocol/entry.ts';
import type { Operation } from '../../../server/protocol/messages/files.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';
import { arbitraryTree } from '../../support/arbitraryTree.ts';
import { carryOut as carryOutOne } from '../../support/carryOut.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { show, treeOf } from '../../support/treeNotation.ts';

const file = (text: string): FileEntry => ({
  kind: 'file',
  content: contentIdOf(Buffer.from(text)),
  size: text.length,
  executable: false,
});
const put = (path: string, text = path): Operation => ({
  kind: 'put',
  path: parseWirePath(path),
  entry: file(text),
  expect: null,
});
/** As a side does it that keeps the rules: every step must find what it expects. */
function carryOut(tree: Tree, steps: readonly Operation[]): Tree {
  let now = tree;
  for (const step of steps) {
    const { tree: next, result } = carryOutOne(now, step);
    assert.equal(result.status, 'done', JSON.stringify(step));
    now = next;
  }
  return now;
}

const told = (batches: ChangeBatches): string[] =>
  batches.all.map(({ steps }) => steps.map((step) => ('path' in step ? step.path : step.to)).join(' '));

test('whatever a batch did to a tree, undoing it gives the tree from before', () => {
  fc.assert(
    fc.property(arbitraryTree(), arbitraryTree(), arbitraryTree(), (before, between, after) => {
      const to = (from: Tree, tree: Tree) =>
        reconcile({ base: from, local: tree, remote: from }, { mode: 'mirror' }).toRemote;
      const first = to(before, between);
      const done = [...first, ...to(carryOut(before, first), after)];
      const steps: Operation[] = [];
      let left = before;
      for (const step of done) {
        const at = left;
        steps.push(...withParents(step, (path) => entryOf(nodeAt(at, path))));
        left = carryOut(left, [step]);
      }
      assert.equal(show(carryOut(left, undoBatch(steps))), show(before));
    }),
  );
});

test('a rename is undone as one, in between what happened before and after it', () => {
  const before = treeOf('d/a=1 d/b=2');
  const steps: Operation[] = [
    { kind: 'put', path: parseWirePath('d/a'), entry: file('new'), expect: file('1') },
    { kind: 'rename', from: parseWirePath('d'), to: parseWirePath('e'), expect: { kind: 'directory' }, expectTo: null },
    { kind: 'delete', path: parseWirePath('e/b'), expect: file('2') },
  ];
  const undo = undoBatch(steps);
  assert.deepEqual(
    undo.map((step) => `${step.kind} ${'path' in step ? step.path : `${step.from} ${step.to}`}`),
    ['put e/b', 'rename e d', 'put d/a'],
  );
  assert.equal(show(carryOut(carryOut(before, steps), undo)), show(before));
});

test('what came to nothing needs no undoing', () => {
  const path = parseWirePath('a');
  assert.deepEqual(undoBatch([put('a'), { kind: 'delete', path, expect: file('a') }]), []);
});

test('changes belong together until it is quiet, saves of the person left out', () => {
  const batches = new ChangeBatches();
  batches.ownChange('saved', 0);
  batches.ownChange('folder', 0);
  for (const path of ['a', 'saved', 'folder/in/it', 'b']) batches.add(put(path), 1000);
  batches.add(put('c'), 1000 + QUIET_MS);
  batches.add(put('d'), 2000 + 2 * QUIET_MS + 1);
  assert.deepEqual(told(batches), ['d', 'a b c']);
  batches.cut();
  batches.add(put('e'), 2000 + 2 * QUIET_MS + 1);
  assert.deepEqual(told(batches), ['e', 'd', 'a b c']);
  assert.equal(new Set(batches.all.map(({ id }) => id)).size, 3);
});

test('a save counts as one for a while, and as long as it cannot be carried over', () => {
  const batches = new ChangeBatches();
  batches.ownChange('a', 0);
  batches.ownChange('late', 0, true);
  batches.ownChange('once', 0);
  for (const at of [1000, 2000, 4000]) batches.add(put('once'), at);
  batches.add(put('a'), 31_000);
  batches.add(put('late'), 3_600_000);
  batches.settled();
  batches.add(put('late'), 3_603_000);
  assert.deepEqual(told(batches), ['late', 'once a']);
});

test('no more is kept than fits, and what is not kept as a whole says so', () => {
  const batches = new ChangeBatches();
  for (let at = 0; at < MOST_BATCHES + 5; at++) batches.add(put('a'), at * (QUIET_MS + 1));
  assert.equal(batches.all.length, MOST_BATCHES);
  const now = 100 * QUIET_MS;
  for (let at = 0; at <= MOST_STEPS; at++) batches.add(put(`f${at}`), now);
  const [newest, ...others] = batches.all;
  assert.deepEqual([newest?.steps.length, newest?.isComplete, others.length], [MOST_STEPS, false, 0]);
});

test('batches outlive a reload, and a damaged file is none', (t) => {
  const at = join(temporaryFolder(t), 'state', 'batches.json');
  assert.deepEqual(readBatches(at), []);
  const batches = new ChangeBatches();
  batches.add(put('a'), 5);
  writeBatches(at, batches.all);
  const [kept] = readBatches(at);
  assert.deepEqual([kept], batches.all);
  assert.equal(areSteps(kept?.steps ?? []), true);
  assert.equal(areSteps([{ kind: 'put', path: '../out' }]), false);
  writeFileSync(at, '[{"id":7}]');
  assert.deepEqual(readBatches(at), []);
});
