import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RawClient } from '../support/rawClient.ts';
import { startServer } from '../support/serverProcess.ts';

const server = await startServer({ after: (work) => after(work) });
const client = await RawClient.hello(server.url, server.token);
after(() => client.close());

test('add and sort are answered on the call', async () => {
  assert.deepEqual(await client.call('compute/add', { values: [] }), { result: 0 });
  assert.deepEqual(await client.call('compute/add', { values: ['9007199254740993', 1] }), {
    result: '9007199254740994',
  });
  assert.deepEqual(await client.call('compute/add', { values: [0.1, '0.2'] }), { result: 0.30000000000000004 });
  assert.deepEqual(await client.call('compute/sort', { values: [10, 9, 1] }), { result: [1, 9, 10] });
  assert.deepEqual(await client.call('compute/sort', { values: ['b', 'a', 'b'], order: 'descending', unique: true }), {
    result: ['b', 'a'],
  });
});

test('text where a number belongs is refused with its position, and the server lives on', async () => {
  const refused = await client.request('compute/add', { values: [1, 2, 'three'] });
  assert.deepEqual(refused.error, {
    code: -32602,
    message: '“three” at position 3 is not a number.',
    data: { index: 2, field: 'values' },
  });
  const mixed = await client.request('compute/sort', { values: ['a', 1] });
  assert.equal(mixed.error?.data?.['index'], 1);
  const huge = await client.answerTo(
    900,
    '{"jsonrpc":"2.0","id":900,"method":"compute/sort","params":{"values":[1,1e999]}}',
  );
  assert.equal(huge.error?.message, 'Infinity at position 2 is not a finite number.');
  assert.deepEqual(await client.call('compute/add', { values: [1, 2, 3] }), { result: 6 });
});

test('a large sort is answered by a worker, and small calls do not wait for it', async () => {
  const values = Array.from({ length: 400_000 }, (_, n) => `value ${(n * 7919) % 400_000}`);
  const order: string[] = [];
  const large = client.call<{ result: string[] }>('compute/sort', { values, collation: 'natural' });
  const small = client.call('compute/add', { values: [1] });
  await Promise.all([large.then(() => order.push('large')), small.then(() => order.push('small'))]);
  assert.deepEqual(order, ['small', 'large']);
  const { result } = await large;
  assert.deepEqual([result.length, result[0], result.at(-1)], [400_000, 'value 0', 'value 399999']);
});

test('an offender deep in a large list is found by the worker and named alike', async () => {
  const values: unknown[] = Array(50_000).fill(1);
  values[49_999] = 'last';
  const { error } = await client.request('compute/add', { values });
  assert.deepEqual([error?.message, error?.data?.['index']], ['“last” at position 50000 is not a number.', 49_999]);
});

test('a cancelled call frees its worker', async () => {
  const long = client.answerTo(901, callAdd(901, ['9'.repeat(6_000_000)]));
  client.notify('$/cancelRequest', { id: 901 });
  assert.equal((await long).error?.code, -32800);
  const next = await client.answerTo(902, callAdd(902, Array<string>(3_000).fill('1')));
  assert.deepEqual(next.result, { result: 3_000 });
});

const callAdd = (id: number, values: unknown[]): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'compute/add', params: { values } });
