import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import { openWebSocket } from '../../extension/connect/webSocketTransport.ts';
import { SUBPROTOCOL } from '../../server/protocol/limits.ts';
import { NORMAL_CLOSE } from '../../server/protocol/link/closeReason.ts';
import { WEB_SOCKET_SERVER_OPTIONS, WebSocketLink } from '../../server/protocol/link/webSocketLink.ts';
import { isSynclineError } from '../support/errors.ts';

async function listen(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = (status: number): Server => createServer((_request, response) => response.writeHead(status).end());

test('opens a link that speaks the sub-protocol and carries text', async (t) => {
  const http = createServer();
  const sockets = new WebSocketServer({ ...WEB_SOCKET_SERVER_OPTIONS, server: http });
  const url = await listen(t, http);
  const protocol = new Promise<string>((resolve) => {
    sockets.on('connection', (socket) => {
      resolve(socket.protocol);
      const link = new WebSocketLink(socket);
      link.listen({ text: (text) => link.sendText(`${text}!`), binary() {}, closed() {} });
    });
  });
  const link = await openWebSocket(url);
  const answer = new Promise<string>((resolve) => link.listen({ text: resolve, binary() {}, closed() {} }));
  link.sendText('hello');
  assert.equal(await protocol, SUBPROTOCOL);
  assert.equal(await answer, 'hello!');
  link.close(NORMAL_CLOSE);
  sockets.close();
});

test('says that nothing listens', async (t) => {
  const server = createTcpServer();
  const url = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(openWebSocket(url), isSynclineError('ConnectionFailed', { message: /nothing listens there/ }));
});

test('says that there is no such host', async () => {
  const open = openWebSocket('ws://no-such-host.invalid:1');
  await assert.rejects(
    open,
    isSynclineError('ConnectionFailed', { message: /no-such-host\.invalid.*(name|looked up)/ }),
  );
});

const ANSWERS: [number, Parameters<typeof isSynclineError>[0], RegExp][] = [
  [200, 'ConnectionFailed', /no Syncline server/],
  [301, 'ConnectionFailed', /no Syncline server/],
  [404, 'ConnectionFailed', /no Syncline server \(HTTP 404\)/],
  [403, 'Forbidden', /refuses connections/],
  [429, 'TooManyAttempts', /./],
  [503, 'TooMany', /no more connections/],
];

for (const [status, code, message] of ANSWERS) {
  test(`explains the answer HTTP ${status}`, async (t) => {
    const url = await listen(t, answering(status));
    await assert.rejects(openWebSocket(url), isSynclineError(code, { message }));
  });
}

test('gives up on what accepts and never answers', async (t) => {
  const url = await listen(
    t,
    createTcpServer((socket) => socket.on('error', () => {}).resume()),
  );
  await assert.rejects(openWebSocket(url, { deadlineMs: 50 }), isSynclineError('DeadlineExceeded'));
});

test('gives up when asked to', async (t) => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume());
  const url = await listen(t, server);
  const abort = new AbortController();
  server.on('connection', () => abort.abort());
  await assert.rejects(openWebSocket(url, { signal: abort.signal }), isSynclineError('Cancelled'));
  await assert.rejects(openWebSocket(url, { signal: abort.signal }), isSynclineError('Cancelled'));
});

test('says that a plain server was addressed with TLS', async (t) => {
  const url = await listen(t, answering(200));
  const open = openWebSocket(url.replace('ws:', 'wss:'));
  await assert.rejects(open, isSynclineError('ConnectionFailed', { message: /does not speak TLS/ }));
});
