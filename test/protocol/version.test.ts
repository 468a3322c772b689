import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseVersion } from '../../server/protocol/version.ts';

const cases: readonly (readonly [theirs: readonly number[], ours: readonly number[], chosen: number | undefined])[] = [
  [[1], [1], 1],
  [[1, 2], [2, 1], 2],
  [[3, 1], [2, 1], 1],
  [[2, 3], [1], undefined],
  [[], [1], undefined],
  [[1, 1], [1], 1],
];
for (const [theirs, ours, chosen] of cases) {
  test(`of ${theirs} and ours ${ours} version ${chosen} is chosen`, () =>
    assert.equal(chooseVersion(theirs, ours), chosen));
}
