import type { WirePath } from '../../../server/protocol/wirePath.ts';
import { Listeners } from '../../connect/listeners.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import { PlaceModel } from '../files/placeModel.ts';
import type { Servers } from './servers.ts';

/** Keeps what a person connected to by hand over a reload of the window. */
export interface PlaceMemory {
  read(): unknown;
  write(labels: readonly string[]): void;
}

/** The places of servers that the window shows: those of its targets, and those a person connected to. */
export class Places {
  readonly #servers: Servers;
  readonly #memory: PlaceMemory;
  readonly #log: (event: string, data: object) => void;
  readonly #changes = new Listeners<void>();
  readonly #folders = new Listeners<{ place: PlaceModel; folders: readonly (WirePath | undefined)[] }>();
  readonly #models = new Map<string, PlaceModel>();
  readonly #opened = new Map<string, ServerAddress>();
  #targets: readonly ServerAddress[] = [];

  constructor(servers: Servers, memory: PlaceMemory, log: (event: string, data: object) => void) {
    this.#servers = servers;
    this.#memory = memory;
    this.#log = log;
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changes.add(listener);
  }

  onDidChangeFolders(
    listener: (event: { place: PlaceModel; folders: readonly (WirePath | undefined)[] }) => void,
  ): Disposable {
    return this.#folders.add(listener);
  }

  get all(): readonly PlaceModel[] {
    return [...this.#models.values()];
  }

  get(label: string): PlaceModel | undefined {
    return this.#models.get(label);
  }

  /** Connects again to what was connected to before the window was reloaded. */
  restore(): void {
    const labels = this.#memory.read();
    for (const label of Array.isArray(labels) ? labels : []) {
      const address = typeof label === 'string' ? addressOf(label) : undefined;
      if (address) this.#opened.set(address.label, address);
    }
    this.#settle();
  }

  add(address: ServerAddress): PlaceModel {
    this.#opened.set(address.label, address);
    this.#remember();
    this.#settle();
    return this.#models.get(address.label) ?? this.#show(address);
  }

  setTargets(addresses: readonly ServerAddress[]): void {
    this.#targets = addresses;
    this.#settle();
  }

  /** Takes every place of a server from the view and ends its connection. */
  disconnect(url: string): void {
    for (const [label, address] of this.#opened) if (address.url === url) this.#opened.delete(label);
    this.#targets = this.#targets.filter((address) => address.url !== url);
    this.#remember();
    this.#settle();
  }

  dispose(): void {
    for (const model of this.#models.values()) model.dispose();
  }

  #remember(): void {
    this.#memory.write([...this.#opened.keys()]);
  }

  /** The engine ends its watches when it is closed, and a connection has one for everybody. */
  watchAgain(): void {
    for (const model of this.#models.values()) model.watchAgain();
  }

  /** Makes what is shown equal to what is wanted, and closes the connections that nobody needs any more. */
  #settle(): void {
    const wanted = new Map([...this.#targets, ...this.#opened.values()].map((address) => [address.label, address]));
    const gone = [...this.#models.values()].filter(({ address }) => !wanted.has(address.label));
    let changed = gone.length > 0;
    for (const model of gone) {
      model.dispose();
      this.#models.delete(model.address.label);
    }
    for (const [label, address] of wanted) {
      if (this.#models.has(label)) continue;
      this.#show(address);
      changed = true;
    }
    const needed = new Set([...wanted.values()].map(({ url }) => url));
    for (const { address } of gone) if (!needed.has(address.url)) this.#servers.close(address.url);
    if (changed) this.#changes.emit();
  }

  #show(address: ServerAddress): PlaceModel {
    const connection = this.#servers.open(address.url);
    const model = new PlaceModel(address, connection, this.#log);
    // what keeps it from connecting is shown by whoever follows the connection's state
    connection.client().catch(() => undefined);
    model.onDidChange((folders) => this.#folders.emit({ place: model, folders }));
    this.#models.set(address.label, model);
    return model;
  }
}

function addressOf(label: string): ServerAddress | undefined {
  try {
    return parseTarget(label);
  } catch {
    return undefined;
  }
}
