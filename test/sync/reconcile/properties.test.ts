import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_CONTENT, type ContentId } from '../../../server/protocol/contentId.ts';
import { MODES } from '../../../extension/sync/reconcile/mode.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { pathsOf } from '../../../extension/sync/plan.ts';
import { entriesOf, nodeAt, sameNode, type Tree } from '../../../extension/sync/tree/tree.ts';
import { TreeEditor } from '../../../extension/sync/tree/treeEditor.ts';
import { isWithin, joinWirePath, nameOf, parentOf } from '../../../server/protocol/wirePath.ts';
import { arbitraryPerturbation, arbitraryTree } from '../../support/arbitraryTree.ts';
import { show } from '../../support/treeNotation.ts';
import { TwoSides } from '../../support/twoSides.ts';

/** One tree, perturbed twice: what two people did to it since they last agreed. */
const sides = fc
  .tuple(arbitraryTree(), arbitraryPerturbation, arbitraryPerturbation)
  .map(([base, here, there]) => ({ base, local: here(base), remote: there(base) }));

const runs = { numRuns: 3000 };

function contentsOf(...trees: readonly Tree[]): Set<ContentId> {
  const contents = new Set<ContentId>();
  for (const tree of trees)
    for (const [, node] of entriesOf(tree)) if (node.kind === 'file') contents.add(node.content);
  return contents;
}

/** What somebody wrote since the base: it must be somewhere in the end. */
function assertNothingLost(
  before: { base: Tree; local: Tree; remote: Tree },
  after: { local: Tree; remote: Tree },
): void {
  const old = contentsOf(before.base);
  const kept = contentsOf(after.local, after.remote);
  for (const content of contentsOf(before.local, before.remote)) {
    assert.ok(old.has(content) || content === EMPTY_CONTENT || kept.has(content), `a new content was lost`);
  }
}

test('two-way: both sides agree in the end, except for the conflicts, and no content is lost', () => {
  fc.assert(
    fc.property(sides, (start) => {
      const both = new TwoSides(start, 'two-way');
      const { conflicts } = both.settle(4);
      assert.deepEqual(both.refused, []);
      if (conflicts.length === 0) assert.equal(show(both.sides.local), show(both.sides.remote));
      assertNothingLost(start, both.sides);
      const again = both.plan();
      assert.deepEqual([again.toLocal, again.toRemote], [[], []], 'a second run does nothing');
    }),
    runs,
  );
});

test('two-way: a side that did nothing becomes as the other', () => {
  fc.assert(
    fc.property(arbitraryTree(), arbitraryPerturbation, (base, perturb) => {
      const there = new TwoSides({ base, local: perturb(base), remote: base }, 'two-way');
      const plan = there.plan();
      assert.deepEqual([plan.toLocal, plan.conflicts], [[], []]);
      there.settle(2);
      assert.equal(show(there.sides.remote), show(perturb(base)));
      assert.deepEqual(there.refused, []);
      const here = new TwoSides({ base, local: base, remote: perturb(base) }, 'two-way');
      assert.deepEqual(here.plan().toRemote, []);
      here.settle(2);
      assert.equal(show(here.sides.local), show(perturb(base)));
      assert.deepEqual(here.refused, []);
    }),
    runs,
  );
});

test('in every mode: nothing left to do after two rounds, and everything planned can be carried out', () => {
  fc.assert(
    fc.property(sides, fc.constantFrom(...MODES), (start, mode) => {
      const both = new TwoSides(start, mode);
      both.settle(3);
      assert.deepEqual(both.refused, []);
    }),
    runs,
  );
});

test('push and mirror never touch the local side, pull never the server', () => {
  fc.assert(
    fc.property(sides, (start) => {
      assert.deepEqual(reconcile(start, { mode: 'push' }).toLocal, []);
      assert.deepEqual(reconcile(start, { mode: 'mirror' }).toLocal, []);
      assert.deepEqual(reconcile(start, { mode: 'pull' }).toRemote, []);
    }),
    runs,
  );
});

test('mirror makes the server exactly local', () => {
  fc.assert(
    fc.property(sides, (start) => {
      const both = new TwoSides(start, 'mirror');
      both.settle(2);
      assert.equal(show(both.sides.remote), show(start.local));
    }),
    runs,
  );
});

test('push brings every file of this side to the server or asks, and deletes nothing that the base does not know', () => {
  fc.assert(
    fc.property(sides, (start) => {
      const both = new TwoSides(start, 'push');
      const { conflicts } = both.settle(3);
      const asked = (path: string): boolean =>
        conflicts.some((conflict) => conflict.path === path || path.startsWith(`${conflict.path}/`));
      for (const [path, node] of entriesOf(start.local)) {
        if (!asked(path)) assert.ok(nodeAt(both.sides.remote, path)?.kind === node.kind, path);
        if (!asked(path) && node.kind !== 'directory') assert.ok(sameNode(nodeAt(both.sides.remote, path), node), path);
      }
      const kept = contentsOf(both.sides.remote);
      for (const [path, node] of entriesOf(start.remote)) {
        const isServersOwn = !nodeAt(start.base, path) && !nodeAt(start.local, path);
        if (isServersOwn && node.kind === 'file') assert.ok(kept.has(node.content), path);
      }
    }),
    runs,
  );
});

test('pull is push with the sides exchanged', () => {
  fc.assert(
    fc.property(sides, ({ base, local, remote }) => {
      const pull = reconcile({ base, local, remote }, { mode: 'pull' });
      const push = reconcile({ base, local: remote, remote: local }, { mode: 'push' });
      assert.deepEqual(pull.toLocal, push.toRemote);
      assert.deepEqual(
        pull.conflicts.map(({ path }) => path),
        push.conflicts.map(({ path }) => path),
      );
    }),
    runs,
  );
});

test('two-way treats both sides alike, as far as what they end up with', () => {
  fc.assert(
    fc.property(sides, ({ base, local, remote }) => {
      const one = new TwoSides({ base, local, remote }, 'two-way');
      const other = new TwoSides({ base, local: remote, remote: local }, 'two-way');
      assert.equal(one.settle(4).conflicts.length === 0, other.settle(4).conflicts.length === 0);
    }),
    runs,
  );
});

test('two-way: stopped anywhere, it goes on from what is there, and still loses nothing', () => {
  fc.assert(
    fc.property(sides, fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 30 }), (start, choices) => {
      const both = new TwoSides(start, 'two-way');
      const { toLocal, toRemote } = both.plan();
      const lists = { local: [...toLocal], remote: [...toRemote] };
      for (const choice of choices) {
        const side = choice === 1 ? 'local' : 'remote';
        const operation = lists[side].shift();
        if (operation && choice < 3) both.carryOut(side, operation);
      }
      both.settle(5);
      assertNothingLost(start, both.sides);
    }),
    runs,
  );
});

test('two-way: a lost base costs conflicts, never content', () => {
  fc.assert(
    fc.property(sides, ({ base, local, remote }) => {
      const both = new TwoSides(
        { base: new TwoSides({ base, local, remote }, 'two-way').sides.base, local, remote },
        'two-way',
      );
      both.sides = { ...both.sides, base: { kind: 'directory', children: new Map() } };
      both.settle(4);
      const kept = contentsOf(both.sides.local, both.sides.remote);
      for (const content of contentsOf(local, remote)) assert.ok(kept.has(content));
    }),
    runs,
  );
});

/** Names in both spellings, so that collisions and renames by case are among what happens. */
const spelt = (tree: Tree, flips: readonly number[]): Tree => {
  const editor = new TreeEditor(tree);
  for (const flip of flips) {
    const paths = [...entriesOf(editor.tree())].map(([path]) => path);
    const path = paths[flip % paths.length];
    if (path === undefined) break;
    const name = nameOf(path);
    const to = joinWirePath(parentOf(path), name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase());
    if (nodeAt(editor.tree(), to) === undefined) editor.rename(path, to);
  }
  return editor.tree();
};

const flips = fc.array(fc.nat(50), { maxLength: 2 });

const turmoil = fc.record({
  start: fc.tuple(sides, flips, flips).map(([{ base, local, remote }, here, there]) => ({
    base,
    local: spelt(local, here),
    remote: spelt(remote, there),
  })),
  mode: fc.constantFrom(...MODES),
  /** Which paths of either side cannot be synced: what lies at and below them is in no tree of that side. */
  blockedHere: fc.array(fc.nat(50), { maxLength: 2 }),
  shuffle: fc.infiniteStream(fc.nat(1_000_000)),
});

/** Planner, both sides and a base, after CanopyCheck: any part of each plan succeeds, in any order, until nothing is left. */
test('in every mode: whatever part of the plans succeeds in whatever order, both sides come to rest, and nothing is lost', () => {
  fc.assert(
    fc.property(turmoil, ({ start, mode, blockedHere, shuffle }) => {
      const next = (below: number): number => (shuffle.next().value ?? 0) % below;
      const paths = [...entriesOf(start.local)].map(([path]) => path);
      const blocked = new Set(blockedHere.flatMap((at) => paths[at % paths.length] ?? []));
      const hidden = new TreeEditor(start.local);
      for (const path of blocked) if (nodeAt(hidden.tree(), path)) hidden.remove(path);
      const before = { ...start, local: hidden.tree() };
      const both = new TwoSides(before, mode, blocked);
      for (let round = 0; ; round++) {
        assert.ok(round < 200, 'does not come to rest');
        const { toLocal, toRemote } = both.plan();
        if (mode !== 'two-way' && mode !== 'pull') assert.deepEqual(toLocal, []);
        if (mode === 'pull') assert.deepEqual(toRemote, []);
        const all = [
          ...toLocal.map((operation) => ({ side: 'local' as const, operation })),
          ...toRemote.map((operation) => ({ side: 'remote' as const, operation })),
        ];
        if (all.length === 0) break;
        for (const { operation } of all)
          for (const path of blocked) assert.ok(!pathsOf(operation).some((at) => isWithin(at, path)), path);
        // at least one is tried each time, and mostly many
        let left = 1 + next(all.length);
        while (all.length > 0 && left-- > 0) {
          const [one] = all.splice(next(all.length), 1);
          if (one) both.carryOut(one.side, one.operation);
        }
        // what was tried out of order and refused is only planned again; now and then all goes as planned
        if (round % 4 === 3) both.carryOutAll();
      }
      assert.deepEqual([both.plan().toLocal, both.plan().toRemote], [[], []], 'a second run does nothing');
      if (mode === 'two-way') assertNothingLost(before, both.sides);
    }),
    { numRuns: 3000 },
  );
});
