// The rows of scenarios.md, each planned, and carried out until nothing is left to do.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isMode } from '../../../extension/sync/reconcile/mode.ts';
import { reconcile } from '../../../extension/sync/reconcile/reconcile.ts';
import { showPlan } from '../../support/showPlan.ts';
import { show, treeOf } from '../../support/treeNotation.ts';
import { TwoSides } from '../../support/twoSides.ts';

const NOTHING = '–';
const text = readFileSync(join(import.meta.dirname, 'scenarios.md'), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what '))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

test('the table has its rows, each with a title of its own in its mode', () => {
  assert.ok(rows.length >= 60, `${rows.length}`);
  assert.equal(new Set(rows.map(([title, , , , mode]) => `${mode} ${title}`)).size, rows.length);
});

for (const [title, base, local, remote, mode, plan, end] of rows) {
  test(`${mode}: ${title}`, () => {
    assert.ok(isMode(mode), mode);
    const sides = { base: treeOf(read(base)), local: treeOf(read(local)), remote: treeOf(read(remote)) };
    assert.equal(showPlan(reconcile(sides, { mode })).join('; ') || NOTHING, plan);
    const both = new TwoSides(sides, mode);
    both.settle(4);
    assert.deepEqual(both.refused, [], 'every operation can be carried out in the order planned');
    const [mine, theirs] = [show(both.sides.local) || NOTHING, show(both.sides.remote) || NOTHING];
    assert.equal(mine === theirs ? mine : `${mine} ≠ ${theirs}`, end);
  });
}

function read(cell = ''): string {
  return cell === NOTHING ? '' : cell;
}
