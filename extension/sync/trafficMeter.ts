import type { ClientProvider, Disposable, ServerClient, Traffic } from '../connect/serverClient.ts';

/** Adds up the bytes on the wire over all connections of a provider, from the beginning of the meter on. */
export class TrafficMeter {
  readonly #following: Disposable;
  #client: ServerClient | null;
  #ended: Traffic = { sent: 0, received: 0 };

  constructor(provider: ClientProvider) {
    this.#client = provider.current;
    this.#following = provider.onDidChangeClient((client) => {
      this.#ended = this.read();
      this.#client = client;
    });
  }

  read(): Traffic {
    const { sent, received } = this.#client?.traffic ?? { sent: 0, received: 0 };
    return { sent: this.#ended.sent + sent, received: this.#ended.received + received };
  }

  dispose(): void {
    this.#following.dispose();
  }
}
