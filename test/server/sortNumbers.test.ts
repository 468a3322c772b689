import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '../../extension/connect/connect.ts';
import { MAX_NUMBERS } from '../../server/protocol/limits.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import { isSynclineError } from '../support/errors.ts';
import { startServer } from '../support/serverProcess.ts';

const server = await startServer({ after: (work) => after(work) });
const { url, token } = server;
const client = await connect({ url, token, clientName: 'test', clientVersion: '1' });
after(() => client.close());

const numbers = (length: number): Float64Array =>
  Float64Array.from({ length }, (_, n) => Math.sin(n) * 10 ** (n % 20) - (n % 3 === 0 ? 0.5 : 0));

test('a million numbers come back in order, and small calls are answered meanwhile', async () => {
  const given = numbers(1_000_000);
  const [ascending, { result }] = await Promise.all([
    client.sortNumbers(given),
    client.request(compute.add, { values: [40, 2] }),
  ]);
  assert.equal(result, 42);
  assert.deepEqual(ascending, given.slice().sort());
  assert.deepEqual(given, numbers(1_000_000), 'those given are as they were');
  assert.deepEqual(await client.sortNumbers(given, { order: 'descending' }), ascending.toReversed());
  assert.deepEqual(await client.sortNumbers(Float64Array.of(0, -0, -1)), Float64Array.of(-1, 0, 0));
  assert.deepEqual(await client.sortNumbers(new Float64Array()), new Float64Array());
});

test('what is no number is refused by its position, as are too many', async () => {
  const given = numbers(300_000);
  given[200_000] = Number.NaN;
  await assert.rejects(
    client.sortNumbers(given),
    isSynclineError('InvalidParams', { data: { index: 200_000, field: 'values' } }),
  );
  await assert.rejects(client.sortNumbers(new Float64Array(MAX_NUMBERS + 1)), isSynclineError('TooLarge'));
  assert.deepEqual(await client.sortNumbers(Float64Array.of(2, 1)), Float64Array.of(1, 2));
});

test('memory that others sort in is not given twice', async () => {
  const count = MAX_NUMBERS;
  const held = [1, 2].map((n) => {
    const abort = new AbortController();
    const params = { count, input: 100_000 + n, output: 200_000 + n };
    const answer = client.request(compute.sortNumbers, params, { signal: abort.signal });
    return { abort, ended: assert.rejects(answer, isSynclineError('Cancelled')) };
  });
  await assert.rejects(client.sortNumbers(Float64Array.of(2, 1)), isSynclineError('TooMany'));
  for (const { abort } of held) abort.abort();
  await Promise.all(held.map(({ ended }) => ended));
  for (;;) {
    const sorted = await client.sortNumbers(Float64Array.of(2, 1)).catch(isTooMany);
    if (sorted) break;
  }
});

function isTooMany(error: unknown): null {
  assert.ok(isSynclineError('TooMany')(error));
  return null;
}

test('a call that is given up leaves the connection as it was', async () => {
  const abort = new AbortController();
  const sorting = client.sortNumbers(numbers(2_000_000), { signal: abort.signal });
  await client.request(compute.add, { values: [1] });
  abort.abort();
  await assert.rejects(sorting, isSynclineError('Cancelled'));
  assert.deepEqual(await client.sortNumbers(Float64Array.of(2, 1)), Float64Array.of(1, 2));
});
