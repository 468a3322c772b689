import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainLoss } from '../../extension/cli/serverSession.ts';
import { parseTarget } from '../../extension/connect/target.ts';
import { type ErrorName, SynclineError } from '../../server/protocol/errors.ts';

const address = parseTarget('ws://host:1/files');

test('a connection that fails under a command says what broke, what is safe and what to do next', () => {
  const told: Partial<Record<ErrorName, RegExp>> = {
    ConnectionLost: /^The connection to ws:\/\/host:1\/files was lost\. /,
    ServerStopping: /^The server is shutting down\. /,
    TransferStalled: /^The connection to ws:\/\/host:1\/files was lost: no byte moved for 30 seconds\. /,
    DeadlineExceeded: /^ws:\/\/host:1\/files did not answer in time; .*\. /,
  };
  for (const [code, pattern] of Object.entries(told)) {
    const { message, code: kept } = explainLoss(new SynclineError(code as ErrorName), address);
    assert.match(message, pattern);
    assert.match(message, /nothing is half-written; the same command goes on from there\.$/);
    assert.equal(kept, code);
  }
});

test('other failures are told as they are', () => {
  const failure = new SynclineError('DiskFull');
  assert.equal(explainLoss(failure, address), failure);
});
