import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../../extension/sync/reconcile/decide.ts';
import { MODES } from '../../../extension/sync/reconcile/mode.ts';
import type { TreeNode } from '../../../extension/sync/tree/tree.ts';
import { file, showLeaf, treeOf } from '../../support/treeNotation.ts';

/** base, local, remote; then what two-way, push, pull and mirror do. `x` is an executable with content A, `/` a folder. */
const TABLE = `
  –  A  A   agree     agree     agree     agree
  A  B  B   agree     agree     agree     agree
  A  –  –   agree     agree     agree     agree
  –  B  –   toRemote  toRemote  leave     toRemote
  –  –  B   toLocal   leave     toLocal   toRemote
  –  B  C   conflict  toRemote  toLocal   toRemote
  A  B  A   toRemote  toRemote  conflict  toRemote
  A  –  A   toRemote  toRemote  toLocal   toRemote
  A  A  B   toLocal   conflict  toLocal   toRemote
  A  A  –   toLocal   toRemote  toLocal   toRemote
  A  –  B   toLocal   leave     toLocal   toRemote
  A  B  –   toRemote  toRemote  leave     toRemote
  A  B  C   conflict  conflict  conflict  toRemote

  A  l  A   toRemote  toRemote  conflict  toRemote
  A  A  l   toLocal   conflict  toLocal   toRemote
  A  l  m   conflict  conflict  conflict  toRemote
  –  l  B   conflict  toRemote  toLocal   toRemote

  –  /  B   conflict  conflict  conflict  toRemote
  –  B  /   conflict  conflict  conflict  toRemote
  A  /  A   toRemote  toRemote  conflict  toRemote
  A  A  /   toLocal   conflict  toLocal   toRemote
  /  B  /   toRemote  toRemote  conflict  toRemote
  /  /  B   toLocal   conflict  toLocal   toRemote
  /  B  :   conflict  conflict  conflict  toRemote
  A  /  C   conflict  conflict  conflict  toRemote

  –  x  A   toRemote  toRemote  toLocal   toRemote
  –  A  x   toLocal   toRemote  toLocal   toRemote
  A  x  A   toRemote  toRemote  toLocal   toRemote
  A  A  x   toLocal   toRemote  toLocal   toRemote
  x  x  A   toLocal   toRemote  toLocal   toRemote
  x  A  x   toRemote  toRemote  toLocal   toRemote
  A  x  B   *B        conflict  conflict  toRemote
  A  B  x   *B        conflict  conflict  toRemote
  x  x  B   toLocal   conflict  toLocal   toRemote
  x  y  B   conflict  conflict  conflict  toRemote
`;

const NODES: Record<string, TreeNode | undefined> = {
  '–': undefined,
  A: file('A'),
  B: file('B'),
  C: file('C'),
  x: file('A', true),
  y: file('C', true),
  l: { kind: 'link', target: 'a' },
  m: { kind: 'link', target: 'b' },
  '/': treeOf('f=1'),
  ':': treeOf('f=2'),
};

const rows = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .filter((words) => words.length > 1);

for (const [base = '', local = '', remote = '', ...expected] of rows) {
  for (const [column, mode] of MODES.entries()) {
    test(`${mode}: base ${base}, local ${local}, remote ${remote} → ${expected[column]}`, () => {
      const decision = decide(NODES[base], NODES[local], NODES[remote], mode);
      const text = decision.kind === 'merge' ? showLeaf(decision.entry).replace('=', '') : decision.kind;
      assert.equal(text, expected[column]);
    });
  }
}
