import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Log } from '../log.ts';
import { SynclineError } from '../protocol/errors.ts';
import { MAX_MESSAGE_BYTES, SUBPROTOCOL } from '../protocol/limits.ts';
import type { Link } from '../protocol/link/link.ts';
import { WebSocketLink } from '../protocol/link/webSocketLink.ts';
import { authorityOf, type ListenAddress, reachable } from './listenAddress.ts';
import { judgeUpgrade, type Refusal, type UpgradePolicy } from './upgradeGate.ts';

export interface WebSocketListenerOptions {
  readonly address: ListenAddress;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly policy: UpgradePolicy;
  /** Takes over a new connection. `from` is the address of the other side. */
  readonly onLink: (link: Link, from: string) => void;
  readonly onRefused: (reason: Refusal['reason']) => void;
  readonly log: Log;
}

/** How long a client may take to send the head of its first request. */
const HEAD_LIMIT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

/** Accepts WebSocket connections. Every other request is told what this is. */
export class WebSocketListener {
  readonly url: string;
  readonly #options: WebSocketListenerOptions;
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<Duplex>();
  readonly #ofAddress = new Map<string, number>();
  /** Bytes of the connections that have ended. */
  readonly #past = { sent: 0, received: 0 };

  private constructor(options: WebSocketListenerOptions, server: Server, port: number) {
    this.#options = options;
    this.#server = server;
    this.url = `${options.tls ? 'wss' : 'ws'}://${authorityOf(reachable({ host: options.address.host, port }))}`;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: () => SUBPROTOCOL,
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket as Socket, head);
    });
  }

  /** @throws SynclineError `ConnectionFailed` with a sentence when the address cannot be had. */
  static async open(options: WebSocketListenerOptions): Promise<WebSocketListener> {
    const { tls, address, policy } = options;
    const limits = { headersTimeout: HEAD_LIMIT_MS, requestTimeout: HEAD_LIMIT_MS, keepAliveTimeout: HEAD_LIMIT_MS };
    const server = tls ? createTlsServer({ ...tls, ...limits, minVersion: 'TLSv1.2' }) : createServer(limits);
    // Those who hold a connection without asking for a WebSocket are few, and gone after the limit above.
    server.maxConnections = policy.maxConnections + 100;
    server.on('request', (_request, response) => {
      response.writeHead(426, {
        'Content-Type': 'text/plain; charset=utf-8',
        Upgrade: 'websocket',
        Connection: 'close',
      });
      response.end('This is a Syncline server. Connect to it with Syncline: a VS Code extension and a command line.\n');
    });
    const port = await listen(server, address);
    return new WebSocketListener(options, server, port);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Bytes on the sockets so far, framing included. */
  get traffic(): { sent: number; received: number } {
    const total = { ...this.#past };
    for (const socket of this.#sockets) addTraffic(total, socket as Socket);
    return total;
  }

  /** Accepts nothing more; connections go on. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Also cuts what is still connected. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Whatever a stranger sends here must not end the process. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const from = socket.remoteAddress ?? '';
    socket.on('error', (error) => this.#options.log.debug({ from, error }, 'connection failed'));
    try {
      const refusal = judgeUpgrade(
        {
          headers: request.headers,
          connections: this.#sockets.size,
          connectionsOfAddress: this.#ofAddress.get(from) ?? 0,
        },
        this.#options.policy,
      );
      if (refusal) return this.#refuse(refusal, socket, from);
      this.#count(socket, from);
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        this.#options.onLink(new WebSocketLink(webSocket), from);
      });
    } catch (error) {
      this.#options.log.warn({ from, error }, 'upgrade failed');
      socket.destroy();
    }
  }

  #refuse({ status, reason, message }: Refusal, socket: Socket, from: string): void {
    this.#options.log.warn({ from, reason }, 'connection refused');
    this.#options.onRefused(reason);
    const body = `${message}\n`;
    socket.end(
      `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    socket.destroySoon();
  }

  #count(socket: Socket, from: string): void {
    this.#sockets.add(socket);
    this.#ofAddress.set(from, (this.#ofAddress.get(from) ?? 0) + 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      addTraffic(this.#past, socket);
      const left = (this.#ofAddress.get(from) ?? 1) - 1;
      if (left === 0) this.#ofAddress.delete(from);
      else this.#ofAddress.set(from, left);
    });
  }
}

function addTraffic(total: { sent: number; received: number }, { bytesWritten, bytesRead }: Socket): void {
  total.sent += bytesWritten;
  total.received += bytesRead;
}

/** The port that was taken. */
export function listen(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, authorityOf({ host, port }))));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; is another server running?',
  EACCES: 'the port may not be used; choose one above 1023',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'that name is not known',
};

function listenError(error: NodeJS.ErrnoException, authority: string): SynclineError {
  const why = LISTEN_FAULTS[error.code ?? ''] ?? `the system says ${error.code ?? error.message}`;
  return new SynclineError('ConnectionFailed', `Failed to listen at ${authority}: ${why}.`, { cause: error });
}
