import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';

export interface RawResponse {
  readonly id: number | string | null;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> };
}

/** A client that knows nothing of the protocol but its framing, so it can break every rule. */
export class RawClient {
  readonly socket: WebSocket;
  readonly #waiting = new Map<number | string | null, (response: RawResponse) => void>();
  readonly #notified: { readonly method: string; readonly params: unknown }[] = [];
  #wake: () => void = () => {};
  #ids = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) this.#receive(JSON.parse(data.toString()) as RawResponse & { method?: string; params?: unknown });
    });
  }

  /** Rejects with `HTTP STATUS` when the server does not want the connection. */
  static async open(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<RawClient> {
    const { protocols = ['syncline.v1'], ...rest } = options;
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...rest });
    const client = new RawClient(socket);
    const refused = once(socket, 'unexpected-response') as Promise<[ClientRequest, IncomingMessage]>;
    const outcome = await Promise.race([once(socket, 'open').then(() => null), refused]);
    if (!outcome) return client;
    outcome[0].destroy();
    throw new Error(`HTTP ${outcome[1].statusCode}`);
  }

  /** Opens and says hello. */
  static async hello(url: string, token: string): Promise<RawClient> {
    const client = await RawClient.open(url);
    const { error } = await client.request('session/hello', helloParams(token));
    if (error) throw new Error(error.message);
    return client;
  }

  /** The whole answer, error or not. */
  request(method: string, params: unknown): Promise<RawResponse> {
    const id = ++this.#ids;
    return this.answerTo(id, JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  }

  /** The result; throws the message of an error. */
  async call<T = Record<string, unknown>>(method: string, params: unknown): Promise<T> {
    const { result, error } = await this.request(method, params);
    if (error) throw new Error(`${error.code} ${error.message}`);
    return result as T;
  }

  notify(method: string, params: unknown): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** Sends any text or bytes and resolves to the answer that bears the id. */
  answerTo(id: number | string | null, data: string | Uint8Array): Promise<RawResponse> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(data);
    });
  }

  /** The params of the next notification of a method that has not been taken yet. */
  async notification<T>(method: string): Promise<T> {
    for (;;) {
      const at = this.#notified.findIndex((each) => each.method === method);
      if (at >= 0) return this.#notified.splice(at, 1)[0]?.params as T;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The code with which the connection ends. */
  async closed(): Promise<number> {
    if (this.socket.readyState === WebSocket.CLOSED) return 1005;
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  close(): void {
    this.socket.terminate();
  }

  #receive(message: RawResponse & { method?: string; params?: unknown }): void {
    if (message.method === 'session/probe') {
      this.socket.send(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { busy: 0 } }));
    } else if (message.method !== undefined) {
      this.#notified.push({ method: message.method, params: message.params });
      this.#wake();
    } else {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }
}

export const helloParams = (token: string): object => ({
  versions: [1],
  client: { name: 'raw', version: '0' },
  token,
  capabilities: { zstd: false },
});
