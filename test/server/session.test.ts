import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { after, test, type TestContext } from 'node:test';
import { ERRORS, type ErrorName } from '../../server/protocol/errors.ts';
import type { ResultOf } from '../../server/protocol/messages/message.ts';
import type { hello } from '../../server/protocol/messages/session.ts';
import { helloParams, RawClient, type RawResponse } from '../support/rawClient.ts';
import { SERVER_SOURCE, startServer } from '../support/serverProcess.ts';

/** What a stranger may send to one and the same server; each test ends by asking it for something. */
const server = await startServer({ after: (work) => after(work) });

const codeOf = ({ error }: RawResponse): ErrorName | undefined =>
  (Object.keys(ERRORS) as ErrorName[]).find((name) => ERRORS[name].code === error?.code);

const assertAlive = async (): Promise<void> => {
  const client = await RawClient.hello(server.url, server.token);
  assert.deepEqual(await client.call('compute/add', { values: [40, 2] }), { result: 42 });
  client.close();
};

const open = async (t: TestContext): Promise<RawClient> => {
  const client = await RawClient.open(server.url);
  t.after(() => client.close());
  return client;
};

const known = async (t: TestContext): Promise<RawClient> => {
  const client = await RawClient.hello(server.url, server.token);
  t.after(() => client.close());
  return client;
};

test('hello tells version, server, rights, shares and limits', async (t) => {
  const client = await open(t);
  const answer = await client.call<ResultOf<typeof hello>>('session/hello', helloParams(server.token));
  const { version, token, shares, capabilities, limits } = answer;
  assert.deepEqual(
    [version, token, capabilities],
    [1, { name: 'default', rights: ['read', 'write', 'compute', 'admin'] }, { zstd: true }],
  );
  assert.equal(shares.map(({ name }) => name).join(), 'files');
  assert.equal(limits.messageBytes, 8 * 1024 * 1024);
});

test('nothing is answered before hello', async (t) => {
  const client = await open(t);
  for (const [method, params] of [
    ['files/list', { share: 'files' }],
    ['compute/add', { values: [1] }],
    ['session/probe', {}],
    ['jobs/list', { nonsense: 1 }],
  ] as const) {
    assert.equal(codeOf(await client.request(method, params)), 'HelloRequired', method);
  }
  await client.call('session/hello', helloParams(server.token));
  assert.equal(codeOf(await client.request('session/hello', helloParams(server.token))), 'InvalidRequest');
});

test('who does not say hello in time is sent away', async (t) => {
  const alone = await startServer(t, { args: ['--hello-deadline', '300'] });
  const client = await RawClient.open(alone.url);
  assert.equal(await client.closed(), ERRORS.HelloRequired.code);
});

test('a binary frame before hello ends the connection', async () => {
  const client = await RawClient.open(server.url);
  client.socket.send(Buffer.alloc(32, 1));
  assert.equal(await client.closed(), ERRORS.HelloRequired.code);
  await assertAlive();
});

test('a wrong token and no token are refused alike, and no common version is said', async (t) => {
  const alone = await startServer(t);
  const client = await RawClient.open(alone.url);
  t.after(() => client.close());
  const answers: RawResponse[] = [];
  for (const token of ['', 'syncline_wrong', `${alone.token}x`]) {
    answers.push(await client.request('session/hello', helloParams(token)));
  }
  for (const answer of answers) assert.deepEqual(answer.error, answers[0]?.error);
  assert.equal(codeOf(answers[0] as RawResponse), 'Unauthorized');
  const old = await client.request('session/hello', { ...helloParams(alone.token), versions: [99] });
  assert.deepEqual([codeOf(old), old.error?.data], ['VersionMismatch', { versions: [1] }]);
  await client.call('session/hello', helloParams(alone.token));
});

test('who keeps trying tokens has to wait, and is told how long', async (t) => {
  const alone = await startServer(t);
  const client = await RawClient.open(alone.url);
  t.after(() => client.close());
  for (let n = 0; n < 5; n++) {
    assert.equal(codeOf(await client.request('session/hello', helloParams('wrong'))), 'Unauthorized');
  }
  const paused = await client.request('session/hello', helloParams('wrong'));
  assert.equal(codeOf(paused), 'TooManyAttempts');
  assert.ok(Number(paused.error?.data?.['retryAfterMs']) > 0);
});

test('a frame that is no JSON, or no request, is answered with its code and the connection lives on', async (t) => {
  const client = await known(t);
  const broken: [string, ErrorName][] = [
    ['{"jsonrpc":"2.0","id":1,', 'ParseError'],
    ['', 'ParseError'],
    ['[]', 'InvalidRequest'],
    ['[{"jsonrpc":"2.0","id":1,"method":"session/probe"}]', 'InvalidRequest'],
    ['42', 'InvalidRequest'],
    ['null', 'InvalidRequest'],
    ['{"jsonrpc":"2.0","id":null,"method":7}', 'InvalidRequest'],
    [`${'['.repeat(1000)}${']'.repeat(1000)}`, 'InvalidRequest'],
  ];
  for (const [text, code] of broken) {
    assert.equal(codeOf(await client.answerTo(null, text)), code, text.slice(0, 60));
  }
  for (const text of [
    '{"method":"$/cancelRequest"}',
    '{"method":"$/cancelRequest","params":{"id":null}}',
    '{"id":3}',
  ]) {
    client.socket.send(text);
  }
  assert.deepEqual(await client.call('compute/add', { values: [1, 2] }), { result: 3 });
});

test('unknown methods, wrong types and extra fields are named', async (t) => {
  const client = await known(t);
  const refused: [string, unknown, ErrorName, string | undefined][] = [
    ['files/explode', {}, 'UnknownMethod', 'files/explode'],
    ['constructor', {}, 'UnknownMethod', 'constructor'],
    ['files/list', {}, 'InvalidParams', 'share'],
    ['files/list', { share: 5 }, 'InvalidParams', 'share'],
    ['files/list', { share: 'files', extra: 1 }, 'InvalidParams', 'extra'],
    ['files/list', { share: 'files', limit: 0 }, 'InvalidParams', 'limit'],
    ['files/list', { share: 'files', limit: 1e9 }, 'InvalidParams', 'limit'],
    ['compute/add', { values: 'text' }, 'InvalidParams', 'values'],
    ['compute/add', { values: [1, 'text'] }, 'InvalidParams', 'values'],
    ['jobs/get', { id: '../../etc/passwd' }, 'InvalidParams', 'id'],
    ['files/stat', { share: 'nothing', path: 'a' }, 'UnknownShare', undefined],
  ];
  for (const [method, params, code, field] of refused) {
    const answer = await client.request(method, params);
    assert.equal(codeOf(answer), code, `${method} ${JSON.stringify(params)}`);
    if (field !== undefined) assert.equal(answer.error?.data?.['field'], field, method);
    assert.ok(!/\/(work|home|tmp)\/|\n\s+at /.test(JSON.stringify(answer)), 'no path and no stack of the machine');
  }
});

test('illegal and escaping paths are refused, whatever the method', async (t) => {
  const client = await known(t);
  const paths = [
    '../x',
    '/etc/passwd',
    'a/../../b',
    'a\u0000b',
    'CON',
    'com1.txt',
    'trailing.',
    'a\\b',
    'C:x',
    '',
    './a',
    'a//b',
    '.syncline/token',
    'x'.repeat(300),
  ];
  for (const path of paths) {
    assert.equal(codeOf(await client.request('files/stat', { share: 'files', path })), 'IllegalPath', path);
    const operation = { kind: 'delete', path, expect: { kind: 'directory' } };
    const commit = { share: 'files', id: 'commit-id-1', operations: [operation] };
    assert.equal(codeOf(await client.request('files/commit', commit)), 'IllegalPath', path);
  }
});

test('a message beyond the limit ends its connection and no other', async (t) => {
  const bystander = await known(t);
  const client = await RawClient.hello(server.url, server.token);
  client.socket.send(
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'compute/add', params: 'x'.repeat(9 * 1024 * 1024) }),
  );
  assert.equal(await client.closed(), 1009);
  assert.deepEqual(await bystander.call('compute/add', { values: [1] }), { result: 1 });
});

test('binary garbage harms nobody', async (t) => {
  const client = await known(t);
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(15, 255), Buffer.alloc(4096, 255), Buffer.from('hello')])
    client.socket.send(bytes);
  await Promise.race([client.closed(), client.request('session/probe', {})]);
  await assertAlive();
});

test('a token can do what it has a right to and nothing else', async (t) => {
  const alone = await startServer(t);
  const made = execFileSync(process.execPath, [
    SERVER_SOURCE,
    'token',
    'create',
    'reader',
    '--rights',
    'read',
    '--dir',
    alone.directory,
  ]);
  const client = await RawClient.hello(alone.url, made.toString().trim());
  t.after(() => client.close());
  await client.call('files/list', { share: 'files' });
  const refused = await client.request('compute/add', { values: [1] });
  assert.deepEqual(
    [codeOf(refused), refused.error?.message],
    ['Forbidden', 'The token “reader” has no right to compute.'],
  );
  const commit = { share: 'files', id: 'commit-id-1', operations: [{ kind: 'makeDirectory', path: 'a' }] };
  assert.equal(codeOf(await client.request('files/commit', commit)), 'Forbidden');
  await client.call('files/past', { share: 'files', at: { agoMs: 0 } });
  assert.equal(codeOf(await client.request('files/purge', { share: 'files' })), 'Forbidden');
});

test('revoking a token ends its sessions and no others', async (t) => {
  const alone = await startServer(t);
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [SERVER_SOURCE, 'token', ...args, '--dir', alone.directory])
      .toString()
      .trim();
  const client = await RawClient.hello(alone.url, run('create', 'laptop'));
  const other = await RawClient.hello(alone.url, alone.token);
  t.after(() => other.close());
  run('revoke', 'laptop');
  assert.equal(await client.closed(), ERRORS.Unauthorized.code);
  assert.deepEqual(await other.call('compute/add', { values: [1] }), { result: 1 });
});

test('a client that no longer answers is let go', async (t) => {
  const alone = await startServer(t, { args: ['--idle-probe', '500'] });
  const client = await RawClient.hello(alone.url, alone.token);
  t.after(() => client.close());
  await client.call('session/probe', {});
  // Paused, its socket stays open and acknowledges bytes, as that of a stuck program does.
  client.socket.pause();
  const gone = once(client.socket, 'close') as Promise<[number]>;
  while (!alone.log().includes('DeadlineExceeded')) await once(alone.child.stderr, 'data');
  client.socket.resume();
  assert.deepEqual((await gone)[0], ERRORS.DeadlineExceeded.code);
});

test('a server that is told to stop says so, ends its sessions and exits with 0', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const alone = await startServer(t);
    const client = await RawClient.hello(alone.url, alone.token);
    const closed = client.closed();
    const told = client.notification<{ activity: string }>('session/progress');
    assert.equal(await alone.stop(signal), 0);
    assert.equal((await told).activity, 'stopping');
    assert.equal(await closed, ERRORS.ServerStopping.code);
    assert.doesNotMatch(alone.log(), /"level":"(warn|error)"/);
  }
});

test('no token ever reaches the log (row 13)', async (t) => {
  const alone = await startServer(t, { args: ['--log-level', 'debug'] });
  const client = await RawClient.hello(alone.url, alone.token);
  await client.request('session/hello', helloParams(alone.token));
  await client.request(alone.token, { token: alone.token });
  client.notify(alone.token, {});
  client.socket.send(`not json ${alone.token}`);
  await client.call('session/probe', {});
  client.close();
  await alone.stop();
  assert.match(alone.log(), /"msg":"hello"/);
  assert.ok(!alone.log().includes(alone.token));
});
