import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareInSteps } from '../../extension/sync/compareSides.ts';
import { IgnoreRules } from '../../extension/sync/ignore/ignoreRules.ts';
import { TreeFilter } from '../../extension/sync/ignore/treeFilter.ts';
import { STEP, type Steps } from '../../extension/sync/inSlices.ts';
import { bytesOfInSteps, pathsOfAll } from '../../extension/sync/plan.ts';
import { agreedBaseInSteps } from '../../extension/sync/reconcile/agreement.ts';
import { newSecrets } from '../../extension/sync/reconcile/brakes.ts';
import { orderOperationsInSteps } from '../../extension/sync/reconcile/orderOperations.ts';
import { reconcileInSteps } from '../../extension/sync/reconcile/reconcile.ts';
import {
  countTreeInSteps,
  EMPTY_TREE,
  shareNodesInSteps,
  type Tree,
  type TreeNode,
} from '../../extension/sync/tree/tree.ts';
import type { Operation } from '../../server/protocol/messages/files.ts';
import type { WirePath } from '../../server/protocol/wirePath.ts';
import { file } from '../support/treeNotation.ts';

/** Entries of each tree. */
const ENTRIES = 5_000;
/** An entry is looked at several times: in each of three trees, and as a name and as a node. */
const MOST = 12 * STEP;

/** How many entries of the trees and lists of a test were looked at. */
class Looks {
  count = 0;

  /** The most that one step of them looks at. */
  mostIn<T>(steps: Steps<T>): { readonly most: number; readonly result: T } {
    let most = 0;
    for (;;) {
      const before = this.count;
      const step = steps.next();
      most = Math.max(most, this.count - before);
      if (step.done === true) return { most, result: step.value };
    }
  }

  /** Operations that count how often they are looked at. */
  operations(count: number): Operation[] {
    const look = (): void => void this.count++;
    return Array.from({ length: count }, (_, index): Operation => {
      const path = `d${(index * 7919) % count}/f` as WirePath;
      const entry = file(`${index}`);
      return {
        kind: 'put',
        get path() {
          look();
          return path;
        },
        entry,
        expect: null,
      };
    });
  }
}

class CountedMap extends Map<string, TreeNode> {
  readonly #looks: Looks;

  constructor(looks: Looks) {
    super();
    this.#looks = looks;
  }

  override get(name: string): TreeNode | undefined {
    this.#looks.count++;
    return super.get(name);
  }

  override *values(): MapIterator<TreeNode> {
    for (const node of super.values()) {
      this.#looks.count++;
      yield node;
    }
  }

  override *[Symbol.iterator](): MapIterator<[string, TreeNode]> {
    for (const entry of super.entries()) {
      this.#looks.count++;
      yield entry;
    }
  }
}

const shapes = [
  { shape: 'one folder of many files', perFolder: ENTRIES },
  { shape: 'many folders of a few files', perFolder: 10 },
] as const;

/** The same each time, but not the same nodes; `mark`: what the files hold. */
function plant(looks: Looks, perFolder: number, mark = ''): Tree {
  const root = new CountedMap(looks);
  for (let folder = 0; folder * perFolder < ENTRIES; folder++) {
    const children = new CountedMap(looks);
    for (let n = 0; n < perFolder; n++) children.set(`f${n}`, file(`${mark}${n % 10}`));
    root.set(`d${folder}`, { kind: 'directory', children });
  }
  return { kind: 'directory', children: root };
}

for (const { shape, perFolder } of shapes) {
  const looks = new Looks();
  const trees = () => [plant(looks, perFolder), plant(looks, perFolder), plant(looks, perFolder, 'other')] as const;
  const rules = new IgnoreRules(() => undefined);
  const modes = { 'two-way': 0, push: 0, pull: 0, mirror: 0 };

  const works: Record<string, () => Steps<unknown>> = {
    'sharing nodes': () => shareNodesInSteps(trees()[0], trees()[1]),
    'what both sides agree on': () => agreedBaseInSteps(EMPTY_TREE, trees()[0], trees()[2]),
    'taking out what is ignored': () => new TreeFilter(rules).filterInSteps(trees()[0], EMPTY_TREE),
    'comparing the sides': () => compareInSteps(EMPTY_TREE, trees()[0], trees()[2]),
    counting: () => countTreeInSteps(trees()[0]),
  };
  for (const mode of Object.keys(modes) as (keyof typeof modes)[]) {
    const sides = {
      new: [EMPTY_TREE, 0, EMPTY_TREE],
      gone: [0, EMPTY_TREE, 1],
      changed: [0, 2, 1],
      both: [EMPTY_TREE, 0, 2],
    };
    for (const [name, which] of Object.entries(sides))
      works[`deciding what is ${name} in ${mode}`] = () => {
        const planted = trees();
        const [base, local, remote] = which.map((each) => (typeof each === 'number' ? planted[each] : each));
        return reconcileInSteps({ base, local, remote } as Record<'base' | 'local' | 'remote', Tree>, { mode });
      };
  }

  for (const [name, work] of Object.entries(works))
    test(`${name}: ${shape} are many small steps`, () => {
      const { most } = looks.mostIn(work());
      assert.ok(most > 0 && most <= MOST, `${most} looks in one step`);
    });
}

test('a plan of many operations is put in order, judged and summed up in many small steps', () => {
  const looks = new Looks();
  const operations = looks.operations(ENTRIES);
  const sides = { base: EMPTY_TREE, local: EMPTY_TREE, remote: EMPTY_TREE };
  // to sort a step's worth of them, each is compared with some others
  assert.ok(looks.mostIn(orderOperationsInSteps([], operations)).most <= MOST * 4);
  assert.ok(looks.mostIn(newSecrets(operations, sides)).most <= MOST);
  assert.ok(looks.mostIn(pathsOfAll(operations)).most <= MOST);
  assert.ok(count(bytesOfInSteps(operations)) >= ENTRIES / STEP - 1);

  function count(steps: Steps<unknown>): number {
    let taken = 0;
    while (steps.next().done !== true) taken++;
    return taken;
  }
});
