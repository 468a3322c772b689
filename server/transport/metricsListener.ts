import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { SynclineError } from '../protocol/errors.ts';
import { authorityOf, isLoopback, type ListenAddress, reachable } from './listenAddress.ts';
import { listen } from './webSocketListener.ts';

export interface MetricsListenerOptions {
  readonly address: ListenAddress;
  readonly healthy: () => boolean;
  readonly expose: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly log: Log;
}

/** `GET /healthz` for those who restart servers and `GET /metrics` for Prometheus, apart from the clients' listener. */
export class MetricsListener implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  /** When the port is taken, another one is used: a second server on a machine should start all the same. */
  static async open(options: MetricsListenerOptions): Promise<MetricsListener> {
    const { address, log } = options;
    const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000 });
    server.maxConnections = 20;
    server.on('request', (request, response) => {
      answer(options, request.method, request.url, request.headers.host, response).catch((error: unknown) => {
        log.warn({ error }, 'metrics failed');
        reply(response, 500, 'text/plain', 'The metrics could not be collected.\n');
      });
    });
    const port = await listen(server, address).catch((error: unknown) => {
      log.warn({ error, address: authorityOf(address) }, 'metrics use another port');
      if (!isPortInUse(error)) throw error;
      return listen(server, { ...address, port: 0 });
    });
    return new MetricsListener(`http://${authorityOf(reachable({ host: address.host, port }))}`, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  { address, healthy, expose }: MetricsListenerOptions,
  method: string | undefined,
  url: string | undefined,
  host: string | undefined,
  response: ServerResponse,
): Promise<void> {
  // A web page that makes its own name point at this machine still sends that name.
  if (isLoopback(address.host) && !isLoopback((host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))) {
    return reply(response, 403, 'text/plain', 'This listener answers to the names of this machine alone.\n');
  }
  if (method !== 'GET' && method !== 'HEAD') return reply(response, 405, 'text/plain', 'Only GET.\n');
  if (url === '/healthz') {
    const ok = healthy();
    return reply(response, ok ? 200 : 503, 'application/json', JSON.stringify({ status: ok ? 'ok' : 'unavailable' }));
  }
  if (url === '/metrics') {
    const { type, text } = await expose();
    return reply(response, 200, type, text);
  }
  reply(response, 404, 'text/plain', 'There are /healthz and /metrics.\n');
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}

const isPortInUse = (error: unknown): boolean =>
  error instanceof SynclineError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE';
