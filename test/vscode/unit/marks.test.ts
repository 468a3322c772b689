import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movesInto } from '../../../extension/vscode/files/dropPlan.ts';
import { MarkTable } from '../../../extension/vscode/marks/markTable.ts';
import { markOf } from '../../../extension/vscode/marks/markText.ts';
import { parseWirePath } from '../../../server/protocol/wirePath.ts';

test('what lies in a folder that one side lacks is marked like the folder', () => {
  const marks = new MarkTable(
    new Map([
      ['new', 'onlyHere'],
      ['src/a.ts', 'different'],
      ['kind', 'different'],
    ] as const),
  );
  assert.deepEqual(
    ['new', 'new/deep/x', 'src/a.ts', 'src', 'src/b.ts', 'kind/x'].map((path) => marks.of(path)),
    ['onlyHere', 'onlyHere', 'different', undefined, undefined, undefined],
  );
  assert.deepEqual([marks.hasBelow('src'), marks.hasBelow('new'), marks.hasBelow('sr')], [true, false, false]);
});

test('only marks that are others than before are told', () => {
  const before = new MarkTable(
    new Map([
      ['a', 'different'],
      ['b', 'onlyHere'],
      ['c', 'onlyThere'],
    ] as const),
  );
  const after = new MarkTable(
    new Map([
      ['a', 'different'],
      ['b', 'different'],
      ['d', 'onlyHere'],
    ] as const),
  );
  assert.deepEqual(after.changedSince(before).toSorted(), ['b', 'c', 'd']);
});

test('a conflict is more than a difference, and a difference more than being ignored', () => {
  const state = { conflict: undefined, difference: undefined, isIgnored: false } as const;
  assert.equal(markOf(state), undefined);
  assert.equal(markOf({ ...state, isIgnored: true })?.badge, undefined);
  assert.equal(markOf({ ...state, isIgnored: true, difference: 'onlyThere' })?.badge, '↓');
  assert.equal(markOf({ ...state, conflict: 'changed here', difference: 'different' })?.badge, '!');
});

test('what is dropped on a folder moves into it, once, and never into itself', () => {
  const moves = (paths: readonly string[], folder?: string) =>
    movesInto(paths.map(parseWirePath), folder === undefined ? undefined : parseWirePath(folder)).map(
      ({ from, to }) => `${from} > ${to}`,
    );
  assert.deepEqual(moves(['a.txt', 'src', 'src/x.ts'], 'docs'), ['a.txt > docs/a.txt', 'src > docs/src']);
  assert.deepEqual(moves(['docs/a.txt', 'docs'], 'docs'), []);
  assert.deepEqual(moves(['docs'], 'docs/deep'), []);
  assert.deepEqual(moves(['docs/a.txt', 'b.txt']), ['docs/a.txt > a.txt']);
});
