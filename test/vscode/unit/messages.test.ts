import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, type ErrorName, SynclineError } from '../../../server/protocol/errors.ts';
import { actionsFor } from '../../../extension/vscode/messages/errorActions.ts';
import { batchText, failureText } from '../../../extension/vscode/messages/failureText.ts';

test('every error has a button, and none offers a retry that cannot be done', () => {
  for (const code of Object.keys(ERRORS) as ErrorName[]) {
    assert.ok(actionsFor(code, true).length > 0, code);
    assert.ok(actionsFor(code, false).length > 0, code);
    assert.ok(!actionsFor(code, false).includes('Retry'), code);
  }
});

test('a wrong token is answered with the way to set another', () => {
  assert.deepEqual(actionsFor('Unauthorized', true), ['Set Token', 'Show Log']);
  assert.equal(actionsFor('ConnectionFailed', true)[0], 'Retry');
  assert.equal(actionsFor('BrakeStopped', false)[0], 'Preview Sync');
});

test('a failure is one sentence without a stack', () => {
  const shown = failureText('upload “a.txt”', new SynclineError('DiskFull'));
  assert.equal(
    shown,
    'Could not upload “a.txt”: The disk is full; nothing was changed. Free some space and try again.',
  );
  assert.doesNotMatch(failureText('x', new Error('at foo (/secret/path.ts:1)')), /secret/);
});

test('many failures are one message', () => {
  const failures = [1, 2, 3].map((each) => ({ subject: `f${each}`, message: 'The disk is full.' }));
  assert.equal(batchText('upload', failures, 10), 'Could not upload 3 of 10: “f1”: The disk is full. (and 2 more)');
  assert.equal(batchText('upload', failures.slice(0, 1), 1), 'Could not upload “f1”: The disk is full.');
});
