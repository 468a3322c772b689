import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOfConnectLink } from '../../../extension/vscode/servers/connectLink.ts';

test('a connect link names an address', () => {
  assert.equal(addressOfConnectLink('/connect', 'url=ws%3A%2F%2Fhost%3A4848%2Ffiles'), 'ws://host:4848/files');
});

test('a link that carries a token is refused', () => {
  for (const query of [
    'url=ws://host/files&token=secret',
    'url=ws://user:secret@host/files',
    'url=ws%3A%2F%2Fhost%2Ffiles%3Ftoken%3Dsecret',
    'url=ws%3A%2F%2Fhost%2Ffiles%23secret',
  ])
    assert.throws(() => addressOfConnectLink('/connect', query), { code: 'Usage' }, query);
});

test('other links are refused', () => {
  assert.throws(() => addressOfConnectLink('/run', 'url=ws://host/files'), { code: 'Usage' });
  assert.throws(() => addressOfConnectLink('/connect', ''), { code: 'Usage' });
});
