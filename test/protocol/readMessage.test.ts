import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readMessage } from '../../server/protocol/rpc/readMessage.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** As short text: what a frame is taken for. */
function taken(text: string): string {
  const message = readMessage(text);
  switch (message.kind) {
    case 'request':
      return `request ${JSON.stringify(message.id)} ${message.method} ${JSON.stringify(message.params)}`;
    case 'response':
      return `response ${JSON.stringify(message.id)} ${JSON.stringify(message.body)}`;
    case 'notification':
      return `notification ${message.method} ${JSON.stringify(message.params)}`;
    case 'fault':
      return `${message.code}${message.answer ? ` answered to ${JSON.stringify(message.answer.id)}` : ''}`;
  }
}

describe('a text frame', () => {
  const cases: readonly (readonly [text: string, taken: string])[] = [
    ['{"jsonrpc":"2.0","id":1,"method":"a/b","params":{"x":1}}', 'request 1 a/b {"x":1}'],
    ['{"jsonrpc":"2.0","id":"x","method":"a/b"}', 'request "x" a/b {}'],
    ['{"jsonrpc":"2.0","id":1,"method":"a","params":null}', 'request 1 a {}'],
    ['{"jsonrpc":"2.0","method":"a","params":{}}', 'notification a {}'],
    ['{"jsonrpc":"2.0","id":1,"result":null}', 'response 1 {"result":null}'],
    ['{"jsonrpc":"2.0","id":1,"result":0,"error":null}', 'response 1 {"result":0}'],
    [
      '{"jsonrpc":"2.0","id":1,"error":{"code":4102,"message":"m"}}',
      'response 1 {"error":{"code":4102,"message":"m"}}',
    ],
    ['', 'ParseError answered to null'],
    ['nonsense', 'ParseError answered to null'],
    ['{"jsonrpc":"2.0",', 'ParseError answered to null'],
    ['{"a":"\\', 'ParseError answered to null'],
    ['[]', 'InvalidRequest answered to null'],
    ['[{"jsonrpc":"2.0","id":1,"method":"a"}]', 'InvalidRequest answered to null'],
    ['null', 'InvalidRequest answered to null'],
    ['7', 'InvalidRequest answered to null'],
    ['{}', 'InvalidRequest answered to null'],
    ['{"jsonrpc":"2.0","id":3}', 'InvalidRequest answered to 3'],
    ['{"id":3,"method":"a"}', 'InvalidRequest answered to 3'],
    ['{"jsonrpc":"1.0","id":3,"method":"a"}', 'InvalidRequest answered to 3'],
    ['{"jsonrpc":"2.0","id":null,"method":"a"}', 'InvalidRequest answered to null'],
    ['{"jsonrpc":"2.0","id":{},"method":"a"}', 'InvalidRequest answered to null'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"a"}', 'InvalidRequest answered to null'],
    ['{"jsonrpc":"2.0","id":3,"method":7}', 'InvalidRequest answered to 3'],
    ['{"jsonrpc":"2.0","id":3,"method":"a","params":[1]}', 'InvalidParams answered to 3'],
    ['{"jsonrpc":"2.0","id":3,"method":"a","params":"x"}', 'InvalidParams answered to 3'],
    // a notification is never answered, not even a bad one
    ['{"jsonrpc":"2.0","method":"a","params":[1]}', 'InvalidParams'],
    ['{"method":"a"}', 'InvalidRequest'],
    // nor is an answer
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}', 'InvalidRequest'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"m"}}', 'InvalidRequest'],
    ['{"jsonrpc":"2.0","id":{},"result":1}', 'InvalidRequest'],
  ];
  for (const [text, expected] of cases) {
    test(`${text || 'nothing'} is ${expected}`, () => assert.equal(taken(text), expected));
  }

  test('may nest 64 deep and no deeper', () => {
    const message = (depth: number): string =>
      `{"jsonrpc":"2.0","id":1,"method":"a","params":{"x":${nested(depth - 2)}}}`;
    assert.match(taken(message(64)), /^request/);
    assert.equal(taken(message(65)), 'InvalidRequest answered to null');
    assert.equal(taken(nested(4_000_000)), 'InvalidRequest answered to null');
  });

  test('may hold any number of brackets within texts', () => {
    for (const text of ['['.repeat(500), '\\"['.repeat(500), '\\\\', '\\\\\\"{'.repeat(99)]) {
      const frame = `{"jsonrpc":"2.0","method":"a","params":{"x":"${text}"}}`;
      assert.equal(taken(frame), `notification a ${JSON.stringify(JSON.parse(frame).params)}`);
    }
  });

  test('of any JSON is sorted without a throw', () => {
    const field = fc.constantFrom(
      'jsonrpc',
      'id',
      'method',
      'params',
      'result',
      'error',
      'code',
      'message',
      '__proto__',
    );
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('2.0', 'a/b', null, 0, 1, -1, 1.5, true, '', '$/cancelRequest'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(field, tie('value'), { maxKeys: 5 }),
      ),
    })).value;
    fc.assert(
      fc.property(
        fc.oneof(
          value.map((each) => JSON.stringify(each)),
          fc.string(),
        ),
        (text) => {
          assert.match(taken(text), /^(request|response|notification|ParseError|InvalidRequest|InvalidParams)/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('has its depth counted as the parser counts it', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 55, max: 64 }), (json, around) => {
        const text = `${'['.repeat(around)}${json}${']'.repeat(around)}`;
        const tooDeep = depthOf(JSON.parse(text)) > 64;
        const message = readMessage(text);
        assert.equal(message.kind === 'fault' && message.message.includes('too deep'), tooDeep);
      }),
    );
  });
});
