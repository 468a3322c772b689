import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentIdOf } from '../../server/protocol/contentId.ts';
import { UploadsUnderWay } from '../../server/session/uploadsUnderWay.ts';
import { isSynclineError } from '../support/errors.ts';

const NEVER = new AbortController().signal;
const [one, two] = [contentIdOf(Buffer.from('one')), contentIdOf(Buffer.from('two'))];

test('a commit waits for the uploads of the contents it names, and for no others', async () => {
  const uploads = new UploadsUnderWay();
  const first = Promise.withResolvers<string>();
  const tracked = uploads.track('files', [{ content: one }], first.promise);
  void uploads.track('files', [{ content: two }], new Promise(() => {}));
  await uploads.ended('other', [one, two], NEVER);
  let ended = false;
  const waiting = uploads.ended('files', [one], NEVER).then(() => (ended = true));
  await new Promise(setImmediate);
  assert.equal(ended, false);
  first.resolve('bytes');
  assert.equal(await tracked, 'bytes');
  await waiting;
  await uploads.ended('files', [one], NEVER);
});

test('an upload that fails lets the commit go on, and tells its own caller why', async () => {
  const uploads = new UploadsUnderWay();
  const upload = Promise.withResolvers<never>();
  const tracked = uploads.track('files', [{ content: one }, { content: two }], upload.promise);
  const waiting = uploads.ended('files', [two], NEVER);
  upload.reject(new Error('cut'));
  await assert.rejects(tracked, /cut/);
  await waiting;
});

test('the wait ends with the session', async () => {
  const uploads = new UploadsUnderWay();
  void uploads.track('files', [{ content: one }], new Promise(() => {}));
  const abort = new AbortController();
  const waiting = uploads.ended('files', [one], abort.signal);
  abort.abort();
  await assert.rejects(waiting, isSynclineError('Cancelled'));
  await assert.rejects(uploads.ended('files', [one], abort.signal), isSynclineError('Cancelled'));
});
