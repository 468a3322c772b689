import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pointsInTime } from '../../../extension/connect/undo/pointsInTime.ts';
import type { Version } from '../../../server/protocol/messages/files.ts';
import { fileEntry, path } from '../../support/shareUser.ts';

const version = (at: string, rev: number, seconds: number, reason: Version['reason'], by = 'alice'): Version => ({
  path: path(at),
  rev,
  entry: fileEntry('x'),
  reason,
  at: seconds * 1000,
  by,
  since: null,
});

test('what came in one go has one point in time before all of it', () => {
  const points = pointsInTime([
    version('d/a', 20, 500, 'deleted', 'bob'),
    version('d/b', 20, 500, 'deleted', 'bob'),
    version('d/a', 12, 110, 'replaced'),
    version('c', 11, 105, 'replaced', 'server'),
    version('d/a', 10, 100, 'replaced'),
    version('c', 3, 20, 'replaced'),
  ]);
  assert.deepEqual(points, [
    { rev: 19, until: 500_000, replaced: 0, deleted: 2, by: ['bob'], paths: ['d/a', 'd/b'] },
    { rev: 9, until: 100_000, replaced: 3, deleted: 0, by: ['alice', 'server'], paths: ['d/a', 'c'] },
    { rev: 2, until: 20_000, replaced: 1, deleted: 0, by: ['alice'], paths: ['c'] },
  ]);
});

test('steady edits do not run together for ever, and a clock that was set back splits nothing of one revision', () => {
  const steady = Array.from({ length: 10 }, (_, i) => version('a', 100 - i, 1000 - 40 * i, 'replaced'));
  assert.deepEqual(
    pointsInTime(steady).map(({ rev }) => rev),
    [98, 96, 94, 92, 90],
  );
  assert.equal(pointsInTime([version('a', 5, 10, 'deleted'), version('b', 5, 9000, 'deleted')]).length, 1);
  assert.deepEqual(pointsInTime([]), []);
});
