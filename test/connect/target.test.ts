import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from '../../extension/connect/target.ts';
import { isSynclineError } from '../support/errors.ts';

const READ: [string, object][] = [
  ['ws://127.0.0.1:4848/files', { url: 'ws://127.0.0.1:4848', share: 'files', label: 'ws://127.0.0.1:4848/files' }],
  ['ws://box/files', { url: 'ws://box:4848', share: 'files', label: 'ws://box:4848/files' }],
  ['ws://box:80/files', { url: 'ws://box:80', share: 'files', label: 'ws://box:80/files' }],
  ['wss://box/files', { url: 'wss://box:443', share: 'files', label: 'wss://box:443/files' }],
  ['WS://Box:4848/files/', { url: 'ws://box:4848', share: 'files', label: 'ws://box:4848/files' }],
  ['ws://[::1]:9/s', { url: 'ws://[::1]:9', share: 's', label: 'ws://[::1]:9/s' }],
  ['wss://box:1/files/a%20b/ü', { url: 'wss://box:1', share: 'files', dir: 'a b/ü', label: 'wss://box:1/files/a b/ü' }],
  ['ws://h:1/s/100%', { url: 'ws://h:1', share: 's', dir: '100%', label: 'ws://h:1/s/100%' }],
];

for (const [text, expected] of READ) {
  test(`reads ${text}`, () => assert.deepEqual(parseTarget(text), expected));
}

test('takes decomposed accents for the composed ones', () => {
  assert.equal(parseTarget('ws://h:1/s/u\u0308').dir, '\u00fc');
});

for (const text of [
  '',
  'files',
  'http://h/files',
  'ws://',
  'ws:///files',
  'ws://h:99999/files',
  'ws://h:1',
  'ws://h:1/',
  'ws://h:1/a b',
]) {
  test(`refuses “${text}” as wrong usage`, () => assert.throws(() => parseTarget(text), isSynclineError('Usage')));
}

test('refuses a token in the address and says where it belongs', () => {
  assert.throws(() => parseTarget('ws://me:secret@h:1/files'), isSynclineError('Usage', { message: /SYNCLINE_TOKEN/ }));
});

for (const dir of ['..', 'a/../b', '%2e%2e', 'CON', 'a.', 'x'.repeat(300), 'a//b', 'a%00b', 'a%2Fb%5Cc']) {
  test(`refuses the folder ${dir.slice(0, 20)}`, () =>
    assert.throws(() => parseTarget(`ws://h:1/files/${dir}`), isSynclineError('IllegalPath')));
}

test('says that ssh is not supported yet and what to do instead', () => {
  assert.throws(() => parseTarget('ssh://me@host/srv'), isSynclineError('Unsupported', { message: /ssh -L/ }));
});
