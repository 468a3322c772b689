import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { provideToken } from '../../server/session/tokenFile.ts';
import { newToken, RIGHTS, type TokenRecord, TokenStore } from '../../server/session/tokenStore.ts';
import { isSynclineError } from '../support/errors.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('a token is 256 random bits with a recognisable front, and only its digest is kept', async (t) => {
  const state = temporaryFolder(t);
  const store = new TokenStore(state);
  const { token, record } = await create(store, 'laptop', ['read', 'write']);
  assert.match(token, /^syncline_[A-Za-z0-9_-]{43}$/);
  const kept = readFileSync(join(state, 'tokens.json'), 'utf8');
  assert.ok(!kept.includes(token) && !kept.includes(token.slice(9)));
  assert.equal(statSync(join(state, 'tokens.json')).mode & 0o777, 0o600);
  assert.deepEqual(store.identify(token), record);
  assert.deepEqual(record.rights, ['read', 'write']);
  assert.equal(store.identify(`${token}x`), null);
  assert.equal(store.identify(''), null);
});

test('what another process adds or revokes is noticed', async (t) => {
  const state = temporaryFolder(t);
  const server = new TokenStore(state);
  const elsewhere = new TokenStore(state);
  const { token, record } = await create(elsewhere, 'laptop', RIGHTS);
  assert.equal(server.identify(token)?.name, 'laptop');
  assert.ok(server.isValid(record.id));
  await elsewhere.revoke('laptop');
  assert.equal(server.identify(token), null);
  assert.ok(!server.isValid(record.id));
  assert.equal(typeof server.list()[0]?.revokedAt, 'number');
});

test('a name belongs to one valid token at a time', async (t) => {
  const store = new TokenStore(temporaryFolder(t));
  const first = await create(store, 'laptop', RIGHTS);
  await assert.rejects(create(store, 'laptop', RIGHTS), isSynclineError('AlreadyExists'));
  await store.revoke(first.record.id);
  const second = await create(store, 'laptop', RIGHTS);
  assert.notEqual(second.record.id, first.record.id);
  assert.equal(store.identify(first.token), null);
  await assert.rejects(store.revoke('tablet'), isSynclineError('NotFound'));
});

test('tokens made at the same time by several stores are all kept', async (t) => {
  const state = temporaryFolder(t);
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, n) => create(new TokenStore(state), `token ${n}`, ['read'])),
  );
  const store = new TokenStore(state);
  for (const { token } of made) assert.ok(store.identify(token));
});

test('what a writer left that died holds nobody up', async (t) => {
  const state = temporaryFolder(t);
  writeFileSync(join(state, 'tokens.json.new'), '{"version":1,"tok');
  writeFileSync(join(state, 'tokens.lock'), '');
  assert.ok((await create(new TokenStore(state), 'laptop', RIGHTS)).token);
  assert.deepEqual(readdirSync(state).sort(), ['tokens.json', 'tokens.lock']);
});

test('while the state folder is away as a whole, the tokens that were known stay valid; a list that was removed accepts nothing', async (t) => {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  mkdirSync(state);
  const store = new TokenStore(state);
  const { token } = await create(store, 'laptop', RIGHTS);
  renameSync(state, join(folder, 'away'));
  assert.ok(store.identify(token));
  renameSync(join(folder, 'away'), state);
  assert.ok(store.identify(token));
  rmSync(join(state, 'tokens.json'));
  assert.equal(store.identify(token), null);
});

test('a damaged list accepts nothing and says what to do', async (t) => {
  const state = temporaryFolder(t);
  const store = new TokenStore(state);
  const { token } = await create(store, 'laptop', RIGHTS);
  writeFileSync(join(state, 'tokens.json'), '{"version":1,"tok');
  assert.throws(() => store.identify(token), isSynclineError('StorageFailed', { message: /tokens\.json/ }));
  assert.throws(() => new TokenStore(state), isSynclineError('StorageFailed'));
});

test('the token file is made once, for its owner alone, and used from then on', async (t) => {
  const state = temporaryFolder(t);
  const path = join(state, 'token');
  assert.deepEqual(await provideToken(path, new TokenStore(state)), { created: true, exposed: false });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const token = readFileSync(path, 'utf8').trim();
  assert.deepEqual(await provideToken(path, new TokenStore(state)), { created: false, exposed: false });
  assert.deepEqual(new TokenStore(state).identify(token)?.rights, [...RIGHTS]);
  assert.equal(new TokenStore(state).list().length, 1);
});

test('a token that a person put into the file works, and replaces the one before', async (t) => {
  const state = temporaryFolder(t);
  const path = join(state, 'token');
  const [first, second] = ['a-token-of-my-own-making', 'another-token-of-my-own'];
  writeFileSync(path, `${first}\n`);
  chmodSync(path, 0o644);
  const store = new TokenStore(state);
  assert.deepEqual(await provideToken(path, store), { created: false, exposed: true });
  assert.ok(store.identify(first));
  writeFileSync(path, second);
  await provideToken(path, store);
  assert.deepEqual([store.identify(first), store.identify(second)?.name], [null, 'default']);
});

test('a token file that holds no token, or a revoked one, is refused with a sentence', async (t) => {
  const state = temporaryFolder(t);
  const path = join(state, 'token');
  for (const text of ['', 'short', 'two words that are long enough']) {
    writeFileSync(path, text);
    await assert.rejects(
      provideToken(path, new TokenStore(state)),
      isSynclineError('Usage', { message: /holds no token/ }),
    );
  }
  rmSync(path);
  await provideToken(path, new TokenStore(state));
  await new TokenStore(state).revoke('default');
  await assert.rejects(provideToken(path, new TokenStore(state)), isSynclineError('Usage', { message: /revoked/ }));
});

async function create(
  store: TokenStore,
  name: string,
  rights: TokenRecord['rights'] | typeof RIGHTS,
): Promise<{ token: string; record: TokenRecord }> {
  const token = newToken();
  return { token, record: await store.add(name, rights, token) };
}
