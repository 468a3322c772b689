import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT, exitStatusOf } from '../../extension/cli/exitStatus.ts';

test('the exit statuses are those that scripts rely on', () => {
  assert.deepEqual(EXIT, { done: 0, remaining: 1, usage: 2, refused: 3, brake: 4, interrupted: 130, terminated: 143 });
});

test('each kind of failure has its status', () => {
  const codes = [
    'Usage',
    'IllegalPath',
    'InvalidParams',
    'Unauthorized',
    'UnknownShare',
    'ConnectionFailed',
    'ConnectionLost',
  ] as const;
  assert.deepEqual(codes.map(exitStatusOf), [2, 2, 2, 3, 3, 3, 3]);
  assert.deepEqual(
    (['NotFound', 'Changed', 'DiskFull', 'BrakeStopped', 'Cancelled'] as const).map(exitStatusOf),
    [1, 1, 1, 4, 130],
  );
});
