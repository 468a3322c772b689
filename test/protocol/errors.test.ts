import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorName, ERRORS, errorNameOf, SynclineError } from '../../server/protocol/errors.ts';
import { closeReasonOf, errorOfClose } from '../../server/protocol/link/closeReason.ts';
import { fromWireError, toWireError } from '../../server/protocol/rpc/wireError.ts';

const NAMES = Object.keys(ERRORS) as ErrorName[];

describe('the table of errors', () => {
  test('gives every error a number of its own and a sentence', () => {
    assert.equal(new Set(NAMES.map((name) => ERRORS[name].code)).size, NAMES.length);
    for (const name of NAMES) assert.match(ERRORS[name].message, /^[A-Z].*\.$/, name);
  });

  test('has numbers that JSON-RPC or the close codes of WebSocket leave to us', () => {
    for (const name of NAMES) {
      const { code } = ERRORS[name];
      assert.ok((code >= 4001 && code <= 4999) || (code >= -32800 && code <= -32600), name);
    }
  });

  test('is found by number', () => {
    for (const name of NAMES) assert.equal(errorNameOf(ERRORS[name].code), name);
    assert.equal(errorNameOf(1), undefined);
  });
});

describe('an error on the wire', () => {
  for (const name of NAMES) {
    test(`${name} arrives as itself`, () => {
      const sent = new SynclineError(name, undefined, { data: { path: 'a/b', index: 3 } });
      const received = fromWireError(toWireError(sent).toJson());
      assert.equal(received.code, name);
      assert.equal(received.message, sent.message);
      // what went wrong inside is told to nobody
      assert.deepEqual(received.data, name === 'Internal' ? {} : sent.data);
    });
  }

  test('what was thrown by accident says nothing of this machine', () => {
    for (const thrown of [new Error('ENOENT /home/ann/.secret'), '/home/ann', null, { message: '/home/ann' }]) {
      const { code, message, data } = toWireError(thrown);
      assert.deepEqual({ code, message, data }, { code: -32603, message: ERRORS.Internal.message, data: undefined });
    }
  });

  test('neither stack nor cause travel', () => {
    const error = new SynclineError('DiskFull', undefined, { cause: new Error('ENOSPC /srv/x') });
    assert.ok(!JSON.stringify(toWireError(error).toJson()).includes('/srv'));
  });

  test('from a hostile peer is made safe to show', () => {
    const data = {
      path: '\u001b]0;x\u0007',
      field: 7,
      index: -1,
      retryAfterMs: 'soon',
      versions: [1, 'x', 2],
      more: {},
    };
    const error = fromWireError({ code: 4102, message: `\u202e${'x'.repeat(5000)}`, data });
    assert.equal(error.code, 'NotFound');
    assert.ok(error.message.startsWith('\\u202ex') && error.message.length < 1100);
    assert.deepEqual(error.data, { path: '\\u001b]0;x\\u0007', versions: [1, 2] });
    assert.equal(fromWireError({ code: 77, message: 'x', data: 'x' }).code, 'Internal');
  });
});

describe('an error as the reason of an end', () => {
  for (const name of NAMES.filter((each) => ERRORS[each].code >= 4000)) {
    test(`${name} arrives as itself`, () =>
      assert.equal(errorOfClose(closeReasonOf(new SynclineError(name)))?.code, name));
  }

  test('a normal end is none', () => {
    assert.equal(errorOfClose(closeReasonOf(null)), null);
    assert.equal(errorOfClose({ code: 1005, reason: '' }), null);
  });

  test('whatever else ends a connection means that it was lost', () => {
    assert.equal(errorOfClose({ code: 1006, reason: '' })?.code, 'ConnectionLost');
    assert.equal(errorOfClose({ code: 1009, reason: '' })?.code, 'TooLarge');
    assert.equal(errorOfClose({ code: 3999, reason: '' })?.code, 'ConnectionLost');
  });
});
