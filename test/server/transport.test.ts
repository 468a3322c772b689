import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requestsToClient } from '../../server/protocol/messages/api.ts';
import * as compute from '../../server/protocol/messages/compute.ts';
import * as session from '../../server/protocol/messages/session.ts';
import { ByteStreamLink } from '../../server/protocol/link/byteStreamLink.ts';
import { Peer } from '../../server/protocol/peer.ts';
import { isSynclineError } from '../support/errors.ts';
import { helloParams, RawClient } from '../support/rawClient.ts';
import { SERVER_SOURCE, startServer } from '../support/serverProcess.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const server = await startServer({ after: (work) => after(work) });

const assertAlive = async (): Promise<void> => {
  const client = await RawClient.hello(server.url, server.token);
  assert.deepEqual(await client.call('compute/add', { values: [40, 2] }), { result: 42 });
  client.close();
};

test('a web page is refused, and so is one that gave its name to this machine', async (t) => {
  await assert.rejects(RawClient.open(server.url, { origin: 'https://evil.example' }), /HTTP 403/);
  await assert.rejects(RawClient.open(server.url, { headers: { host: 'evil.example:4848' } }), /HTTP 403/);
  await assert.rejects(RawClient.open(server.url, { protocols: ['mqtt'] }), /HTTP 400/);
  const allowing = await startServer(t, { args: ['--allow-origin', 'https://ide.example', '--allow-host', 'box.lan'] });
  const headers = { host: 'box.lan' };
  (await RawClient.open(allowing.url, { origin: 'https://ide.example', headers })).close();
  await assertAlive();
});

test('a plain request is told what this is', async () => {
  const response = await fetch(server.url.replace('ws:', 'http:'));
  assert.equal(response.status, 426);
  assert.match(await response.text(), /This is a Syncline server/);
});

test('whatever a stranger sends as a first request, the server lives on', async () => {
  const upgrade = 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  const heads = [
    '\u0000\u0001\u0002garbage\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: [::1\r\nOrigin: %%%\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    `${upgrade}Host: 127.0.0.1\r\nSec-WebSocket-Protocol: syncline.v1\r\n\r\n`,
    `${upgrade}Host: 127.0.0.1\r\nSec-WebSocket-Protocol: syncline.v1\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n\r\n`,
    `${upgrade}Host: 127.0.0.1\r\nSec-WebSocket-Protocol: ,,,\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${'x'.repeat(100_000)}\r\n\r\n`,
  ];
  const port = Number(new URL(server.url).port);
  for (const head of heads) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(head);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  }
  await assertAlive();
});

test('fifty sessions at once are all served', async (t) => {
  const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.hello(server.url, server.token)));
  t.after(() => clients.forEach((client) => client.close()));
  const sums = await Promise.all(
    clients.flatMap((client, n) =>
      [1, 2, 3].map((m) => client.call<{ result: number }>('compute/add', { values: [n, m] })),
    ),
  );
  assert.deepEqual(
    sums.map(({ result }) => result),
    clients.flatMap((_, n) => [n + 1, n + 2, n + 3]),
  );
});

test('over stdio the same is spoken on stdout, logs go to stderr, and the end of stdin is the end', async (t) => {
  const child = spawn(process.execPath, [SERVER_SOURCE, 'serve', temporaryFolder(t), '--stdio'], { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number]>;
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const peer = new Peer(new ByteStreamLink(child.stdout, child.stdin));
  peer.serve(requestsToClient, { probe: async () => ({ busy: 0 }) }, () => undefined);
  peer.listen();
  const params = { versions: [1], client: { name: 'test', version: '0' }, capabilities: { zstd: true } };
  await assert.rejects(peer.request(session.hello, { ...params, token: 'wrong' }), isSynclineError('Unauthorized'));
  const { token } = await peer.request(session.hello, { ...params, token: '' });
  assert.equal(token.name, 'local');
  assert.deepEqual(await peer.request(compute.add, { values: [40, 2] }), { result: 42 });
  peer.close();
  assert.deepEqual((await exited)[0], 0);
  assert.match(log, /"msg":"stopped"/);
});

test('a server whose log and output nobody reads any more still ends when it is told to', async (t) => {
  const server = await startServer(t);
  server.child.stderr.destroy();
  server.child.stdout.destroy();
  const client = await RawClient.hello(server.url, server.token);
  client.close();
  assert.equal(await server.stop(), 0);
});

test('with a certificate the same is spoken over TLS', async (t) => {
  const fixtures = join(import.meta.dirname, '../fixtures/tls');
  const certificate = join(fixtures, 'localhost.pem');
  const key = join(fixtures, 'localhost.key');
  const secure = await startServer(t, { args: ['--tls-cert', certificate, '--tls-key', key] });
  assert.match(secure.url, /^wss:/);
  const client = await RawClient.open(secure.url, { ca: readFileSync(certificate) });
  await client.call('session/hello', helloParams(secure.token));
  assert.deepEqual(await client.call('compute/add', { values: [1] }), { result: 1 });
  client.close();
  await assert.rejects(RawClient.open(secure.url), /self-signed certificate/);
});
