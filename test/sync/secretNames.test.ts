import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksSecret } from '../../extension/sync/secretNames.ts';
import { parseWirePath } from '../../server/protocol/wirePath.ts';

const secret = (path: string): boolean => looksSecret(parseWirePath(path));

test('files that hold secrets as a rule are known by their names, wherever they lie', () => {
  for (const path of [
    '.env',
    '.env.local',
    'api/.env.production',
    'keys/server.pem',
    'tls/SERVER.KEY',
    '.ssh/id_ed25519',
  ])
    assert.ok(secret(path), path);
  for (const path of ['.vscode/sftp.json', 'home/.netrc', 'store.p12', 'passwords.kdbx', '.git-credentials'])
    assert.ok(secret(path), path);
});

test('their templates, public keys, and whatever only sounds like it are not', () => {
  for (const path of [
    '.env.example',
    '.env.sample',
    '.env.dist',
    'id_rsa.pub',
    'environment.ts',
    '.envrc.md',
    'keys.json',
  ])
    assert.ok(!secret(path), path);
  for (const path of ['.env/readme.md', 'monkey', 'pem', 'sftp.json.ts', 'settings.json'])
    assert.ok(!secret(path), path);
});
