import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { SUBPROTOCOL } from '../../server/protocol/limits.ts';
import {
  WEB_SOCKET_SERVER_OPTIONS,
  WebSocketLink,
  webSocketClientOptions,
} from '../../server/protocol/link/webSocketLink.ts';

/** Both ends of a real WebSocket on loopback, taken down after the test. */
export async function webSockets(t: TestContext, unobserved = true): Promise<{ near: WebSocket; far: WebSocket }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...WEB_SOCKET_SERVER_OPTIONS });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const near = new WebSocket(`ws://127.0.0.1:${port}`, SUBPROTOCOL, webSocketClientOptions(unobserved));
  const [[far]] = await Promise.all([connected, once(near, 'open')]);
  t.after(async () => {
    for (const socket of [near, far]) {
      if (socket.readyState === socket.CLOSED) continue;
      const closed = once(socket, 'close');
      socket.terminate();
      await closed;
    }
    const closed = once(server, 'close');
    server.close();
    await closed;
  });
  return { near, far };
}

export async function webSocketLinks(t: TestContext): Promise<[WebSocketLink, WebSocketLink]> {
  const { near, far } = await webSockets(t);
  return [new WebSocketLink(near), new WebSocketLink(far)];
}
