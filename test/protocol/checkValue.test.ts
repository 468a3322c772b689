import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SynclineError } from '../../server/protocol/errors.ts';
import * as content from '../../server/protocol/messages/content.ts';
import * as files from '../../server/protocol/messages/files.ts';
import type { Schema } from '../../server/protocol/messages/message.ts';
import { checkParams, checkResult } from '../../server/protocol/rpc/checkValue.ts';

/** As short text: what the caller is told. */
function told(schema: Schema, value: unknown): string {
  try {
    checkParams(schema, value);
    return 'fine';
  } catch (error) {
    if (!(error instanceof SynclineError)) throw error;
    const { field, index, path } = error.data;
    return [error.code, field, index, path].filter((part) => part !== undefined).join(' ');
  }
}

const put = { kind: 'put', path: 'a', entry: { kind: 'link', target: 'b' }, expect: null };

describe('params that are not right name the field', () => {
  const cases: readonly (readonly [name: string, schema: Schema, value: unknown, told: string])[] = [
    ['all right', files.stat.params, { share: 's', path: 'a/b' }, 'fine'],
    ['missing', files.stat.params, { share: 's' }, 'InvalidParams path'],
    ['unknown', files.stat.params, { share: 's', path: 'a', pth: 1 }, 'InvalidParams pth'],
    ['of the wrong type', files.list.params, { share: 's', limit: 'x' }, 'InvalidParams limit'],
    ['out of range', files.list.params, { share: 's', limit: 0 }, 'InvalidParams limit'],
    ['not whole', files.list.params, { share: 's', limit: 1.5 }, 'InvalidParams limit'],
    ['an illegal path', files.stat.params, { share: 's', path: '../x' }, 'IllegalPath path ../x'],
    ['an empty path', files.stat.params, { share: 's', path: '' }, 'IllegalPath path '],
    ['no text where a path belongs', files.stat.params, { share: 's', path: 7 }, 'InvalidParams path'],
    ['no object', files.stat.params, 'x', 'InvalidParams '],
    [
      'an empty list',
      content.download.params,
      { share: 's', transfer: 1, contents: [], encodings: ['zstd', 'gzip'] },
      'InvalidParams contents',
    ],
    [
      'deep within a list',
      files.commit.params,
      { share: 's', id: '12345678', operations: [put, { ...put, path: 'a/../b' }] },
      'IllegalPath operations.1.path 1 a/../b',
    ],
    [
      'an operation that does not exist',
      files.commit.params,
      { share: 's', id: '12345678', operations: [{ ...put, kind: 'chmod' }] },
      'InvalidParams operations.0.kind 0',
    ],
    [
      'a content id in capitals',
      content.missing.params,
      { share: 's', contents: [{ content: 'A'.repeat(64), size: 1 }] },
      'InvalidParams contents.0.content 0',
    ],
    [
      'a size below zero',
      content.missing.params,
      { share: 's', contents: [{ content: 'a'.repeat(64), size: -1 }] },
      'InvalidParams contents.0.size 0',
    ],
    [
      'a prototype',
      files.stat.params,
      JSON.parse('{"share":"s","path":"a","__proto__":{}}'),
      'InvalidParams __proto__',
    ],
  ];
  for (const [name, schema, value, expected] of cases) {
    test(name, () => assert.equal(told(schema, value), expected));
  }

  test('in a sentence that is safe to show', () => {
    assert.throws(
      () => checkParams(files.stat.params, { share: 's', path: 'a', ['\u001b[2J']: 1 }),
      (error: SynclineError) => error.message === 'The field “\\u001b[2J” is not known.',
    );
    assert.throws(() => checkParams(files.stat.params, { share: 's' }), { message: 'The field “path” is missing.' });
  });
});

test('an answer that is not right is the other side’s fault, and says which call and field', () => {
  assert.throws(() => checkResult(files.watch.result, { cursor: { epoch: 'x' } }, 'files/watch'), {
    code: 'Internal',
    message: /^The answer to files\/watch is not what the protocol says\. The field “cursor\.epoch” /,
  });
});
