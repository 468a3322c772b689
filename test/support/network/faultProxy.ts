import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { CALM, type Conditions, FaultyWay } from './faultyWay.ts';

interface Cleanup {
  after(work: () => void | Promise<void>): void;
}

/** A bad network between clients and a server: a TCP proxy of bounded memory whose faults are switched while it runs. */
export class FaultProxy {
  /** `ws://127.0.0.1:PORT` */
  url = '';
  /** Bytes that clients, and the server, have put on the wire so far. */
  sent = 0;
  received = 0;
  /** Connections that were asked for so far, refused ones among them. */
  attempts = 0;
  /** New connections are reset at once. */
  refuses = false;
  readonly #server: Server;
  readonly #port: number;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #waiting = new Set<() => void>();
  #conditions: Conditions = { ...CALM };

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Stands before the server at `url`, which may be restarted on its port. */
  static async start(t: Cleanup, url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(Number(new URL(url).port));
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    proxy.url = `ws://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}`;
    t.after(() => proxy.#close());
    return proxy;
  }

  get open(): number {
    return this.#connections.size;
  }

  /** Changes what happens to the connections there are and to those to come. */
  set(conditions: Partial<Conditions>): void {
    Object.assign(this.#conditions, conditions);
    for (const connection of this.#connections) connection.wake();
  }

  /** A good network again, for the connections to come and what is left of those there are. */
  heal(): void {
    this.refuses = false;
    this.set(CALM);
  }

  /** Resets every connection, both sides of it. */
  cut(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** As a router that has forgotten the connections: both sides believe they are there, nothing arrives any more. */
  forget(): void {
    for (const connection of this.#connections) connection.conditions = { ...CALM, deaf: true };
  }

  /** The server's side of every connection is closed, and its client is not told. */
  halfClose(): void {
    for (const connection of this.#connections) connection.closeServerSide();
  }

  /**
   * The client's side of every connection is cut, and what it has sent is still under way to the server: it arrives, over the
   * old connection, when the returned function is called.
   */
  strand(): () => void {
    const stranded = [...this.#connections];
    for (const connection of stranded) connection.strand();
    return () => {
      for (const connection of stranded) connection.deliver();
    };
  }

  /** Resolves when `check` holds, which is looked at whenever bytes pass and connections come and go. */
  async until(check: () => boolean): Promise<void> {
    if (check()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!check()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** Resolves when clients have sent so many more bytes. */
  untilSent(more: number): Promise<void> {
    const goal = this.sent + more;
    return this.until(() => this.sent >= goal);
  }

  untilReceived(more: number): Promise<void> {
    const goal = this.received + more;
    return this.until(() => this.received >= goal);
  }

  #accept(client: Socket): void {
    this.attempts++;
    client.on('error', () => {});
    if (this.refuses) client.resetAndDestroy();
    else {
      const connection = new ProxiedConnection(client, this.#port, {
        conditions: () => this.#conditions,
        sent: (bytes) => this.#count(() => (this.sent += bytes)),
        received: (bytes) => this.#count(() => (this.received += bytes)),
        closed: () => this.#count(() => this.#connections.delete(connection)),
      });
      this.#connections.add(connection);
    }
    this.#look();
  }

  #count(work: () => void): void {
    work();
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  async #close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

interface Surroundings {
  readonly conditions: () => Conditions;
  readonly sent: (bytes: number) => void;
  readonly received: (bytes: number) => void;
  readonly closed: () => void;
}

class ProxiedConnection {
  /** Of its own, in place of the proxy's. */
  conditions: Conditions | undefined;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #ways: readonly FaultyWay[];
  #keepsClient = false;
  #keepsServer = false;

  constructor(client: Socket, port: number, around: Surroundings) {
    this.#client = client.setNoDelay();
    this.#server = connect(port, '127.0.0.1').setNoDelay();
    const conditions = (): Conditions => this.conditions ?? around.conditions();
    this.#ways = [
      new FaultyWay(client, this.#server, conditions, around.sent),
      new FaultyWay(this.#server, client, conditions, around.received),
    ];
    const over = (): void => {
      if (!client.destroyed || !this.#server.destroyed) return;
      for (const way of this.#ways) way.end();
      around.closed();
    };
    // what a program sends before it closes still arrives; a program that fails resets
    this.#server.on('error', () => {}).on('close', () => !this.#keepsClient && client.destroy());
    client.on('close', () => !this.#keepsServer && this.#server.destroy());
    this.#server.on('close', over);
    client.on('close', over);
  }

  wake(): void {
    for (const way of this.#ways) way.wake();
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  closeServerSide(): void {
    this.#keepsClient = true;
    this.conditions = { ...CALM, deaf: true };
    this.#server.destroy();
  }

  strand(): void {
    this.#keepsServer = true;
    this.conditions = { ...CALM, held: true };
    this.#client.resetAndDestroy();
  }

  deliver(): void {
    this.conditions = undefined;
    this.wake();
    this.#server.end();
  }
}
