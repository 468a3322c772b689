import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LONGEST_WAIT_MS, nextAttempt } from '../../extension/connect/backOff.ts';
import {
  type ConnectionEvent,
  type ConnectionState,
  reduceConnection,
  type RetryPolicy,
} from '../../extension/connect/connectionState.ts';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';

const lost = (code: ErrorName, retryAfterMs?: number): ConnectionEvent => ({
  kind: 'lost',
  error: new SynclineError(code, undefined, { data: retryAfterMs === undefined ? {} : { retryAfterMs } }),
  now: 1000,
  random: 1,
});
const wanted: ConnectionEvent = { kind: 'wanted' };
const waited: ConnectionEvent = { kind: 'waited' };
const connected: ConnectionEvent = { kind: 'connected' };
const retry: ConnectionEvent = { kind: 'retry' };
const closed: ConnectionEvent = { kind: 'closed' };

function after(events: readonly ConnectionEvent[], policy: RetryPolicy = { keepTrying: true }): ConnectionState {
  return events.reduce((state, event) => reduceConnection(state, event, policy), { kind: 'idle' } as ConnectionState);
}

const story = (state: ConnectionState): string =>
  state.kind === 'waiting' ? `waiting until ${state.until} for attempt ${state.attempt}` : state.kind;

const STORIES: [string, ConnectionEvent[], string][] = [
  ['does nothing until it is wanted', [], 'idle'],
  ['connects when it is wanted', [wanted], 'connecting'],
  ['is online once connected', [wanted, connected], 'online'],
  ['waits after a failure', [wanted, lost('ConnectionFailed')], 'waiting until 1250 for attempt 1'],
  [
    'waits longer each time',
    [wanted, lost('ConnectionFailed'), waited, lost('ConnectionFailed')],
    'waiting until 1500 for attempt 2',
  ],
  [
    'begins with a short wait after it was online',
    [wanted, connected, lost('ConnectionLost')],
    'waiting until 1250 for attempt 1',
  ],
  ['tries at once when somebody wants it', [wanted, lost('ConnectionFailed'), wanted], 'connecting'],
  [
    'gives a server the pause it asks for',
    [wanted, lost('TooManyAttempts', 9000), wanted],
    'waiting until 10000 for attempt 1',
  ],
  ['lets a person try sooner', [wanted, lost('Unauthorized'), retry], 'connecting'],
  ['gives up on a wrong token', [wanted, lost('Unauthorized')], 'failed'],
  ['gives up on another version', [wanted, lost('VersionMismatch')], 'failed'],
  ['gives up on an unknown share', [wanted, lost('UnknownShare')], 'failed'],
  ['goes on after every other refusal', [wanted, lost('ServerStopping')], 'waiting until 1250 for attempt 1'],
  ['stays closed', [wanted, closed, wanted, connected], 'closed'],
  [
    'takes no late success for a connection',
    [wanted, lost('ConnectionFailed'), connected],
    'waiting until 1250 for attempt 1',
  ],
];

for (const [title, events, expected] of STORIES) {
  test(`a connection ${title}`, () => assert.equal(story(after(events)), expected));
}

test('a command that runs once fails with the first failure', () => {
  assert.equal(after([wanted, lost('ConnectionFailed')], { keepTrying: false }).kind, 'failed');
  assert.equal(after([wanted, connected, lost('ConnectionLost')], { keepTrying: false }).kind, 'failed');
});

test('a command that waits for a job must reach the server once and then keeps trying', () => {
  const policy = { keepTrying: 'onceOnline' } as const;
  assert.equal(after([wanted, lost('ConnectionFailed')], policy).kind, 'failed');
  assert.equal(
    after([wanted, connected, lost('ConnectionLost'), waited, lost('ConnectionFailed')], policy).kind,
    'waiting',
  );
});

test('waits grow, spread, and never pass the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const wait = nextAttempt(attempt, random);
        assert.ok(wait >= 125 && wait <= LONGEST_WAIT_MS);
        assert.ok(nextAttempt(attempt + 1, random) >= wait);
      },
    ),
  );
  assert.deepEqual(
    [1, 2, 3, 7, 30].map((attempt) => nextAttempt(attempt, 1)),
    [250, 500, 1000, 15_000, 15_000],
  );
  assert.equal(nextAttempt(2, 0), 250);
});
