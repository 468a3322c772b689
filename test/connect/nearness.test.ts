import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNear } from '../../extension/connect/nearness.ts';

const cases: [url: string, answeredAfterMs: number[], near: boolean, why: string][] = [
  ['ws://127.0.0.1:4848', [1], true, 'this machine'],
  ['ws://localhost:4848', [3], true, 'this machine by name'],
  ['ws://[::1]:4848', [1], true, 'this machine by its other address'],
  ['ws://127.0.0.1:4848', [90, 12, 9, 6, 1], true, 'this machine, which was busy at first'],
  ['ws://127.0.0.1:4848', [30, 30, 31], false, 'a tunnel to somewhere else'],
  ['ws://10.0.0.2:4848', [1], false, 'the machine beside it'],
  ['wss://127.example.org', [1], false, 'a name that only looks like it'],
];

for (const [url, times, near, why] of cases)
  test(`transfers are ${near ? 'not compressed' : 'compressed'}: ${why}`, async () => {
    const [hello = 0, ...others] = times;
    const ask = async (): Promise<number> => others.shift() ?? assert.fail('no more is asked than is needed');
    assert.equal(await isNear(url, hello, ask), near);
    assert.deepEqual(others, []);
  });
