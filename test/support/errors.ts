import assert from 'node:assert/strict';
import { type ErrorDetail, type ErrorName, SynclineError } from '../../server/protocol/errors.ts';

/** For `assert.throws` and `assert.rejects`: a coded error, with this text and detail where they are given. */
export function isSynclineError(
  code: ErrorName,
  expected: { readonly message?: string | RegExp; readonly data?: ErrorDetail } = {},
): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof SynclineError)) throw error;
    assert.equal(error.code, code, error.message);
    if (typeof expected.message === 'string') assert.equal(error.message, expected.message);
    else if (expected.message) assert.match(error.message, expected.message);
    if (expected.data) assert.deepEqual(error.data, expected.data);
    return true;
  };
}
