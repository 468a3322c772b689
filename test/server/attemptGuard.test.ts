import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import { AttemptGuard } from '../../server/session/attemptGuard.ts';

const waitOf = (guard: AttemptGuard, address: string): number => {
  try {
    guard.check(address);
    return 0;
  } catch (error) {
    assert.ok(error instanceof SynclineError && error.code === 'TooManyAttempts');
    return error.data.retryAfterMs ?? Number.NaN;
  }
};

test('after a few failures an address waits, twice as long after each, but never too long', () => {
  const guard = new AttemptGuard({ now: () => 0, free: 3 });
  const waits = Array.from({ length: 12 }, () => {
    guard.failed('192.0.2.1');
    return waitOf(guard, '192.0.2.1') / 1000;
  });
  assert.deepEqual(waits, [0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
  assert.equal(waitOf(guard, '192.0.2.2'), 0);
});

test('the wait ends, a success clears the record, and so does good behaviour', () => {
  let now = 0;
  const guard = new AttemptGuard({ now: () => now, free: 1 });
  guard.failed('192.0.2.1');
  assert.equal(waitOf(guard, '192.0.2.1'), 1_000);
  now = 1_000;
  assert.equal(waitOf(guard, '192.0.2.1'), 0);
  guard.failed('192.0.2.1');
  assert.equal(waitOf(guard, '192.0.2.1'), 2_000);
  guard.succeeded('192.0.2.1');
  guard.failed('192.0.2.1');
  assert.equal(waitOf(guard, '192.0.2.1'), 1_000);
  now += 10 * 60_000;
  guard.failed('192.0.2.1');
  assert.equal(waitOf(guard, '192.0.2.1'), 1_000);
});

test('one network counts as one address', () => {
  const same = [
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::1'],
    ['2001:db8::1', '2001:db8:0:0:ffff::'],
    ['fe80::1%eth0', 'fe80::2'],
  ] as const;
  for (const [one, other] of same) {
    const guard = new AttemptGuard({ now: () => 0, free: 1 });
    guard.failed(one);
    assert.equal(waitOf(guard, other), 1_000, `${one} ${other}`);
  }
  const guard = new AttemptGuard({ now: () => 0, free: 1 });
  guard.failed('2001:db8:1:2::1');
  assert.equal(waitOf(guard, '2001:db8:1:3::1'), 0);
});

test('a flood of addresses does not fill the memory', () => {
  const guard = new AttemptGuard({ now: () => 0, free: 1 });
  for (let n = 0; n <= 10_000; n++) guard.failed(`address ${n}`);
  assert.equal(waitOf(guard, 'address 0'), 0);
  assert.equal(waitOf(guard, 'address 10000'), 1_000);
});
