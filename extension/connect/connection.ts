import { SynclineError } from '../../server/protocol/errors.ts';
import type { Clock } from './clock.ts';
import { type ConnectionEvent, type ConnectionState, reduceConnection, type RetryPolicy } from './connectionState.ts';
import { Listeners } from './listeners.ts';
import type { CallOptions, ClientProvider, Disposable, ServerClient } from './serverClient.ts';
import { signOfLife } from './signOfLife.ts';

export interface ConnectionOptions {
  /** Makes one attempt. */
  readonly connect: (signal: AbortSignal) => Promise<ServerClient>;
  /** Must be among the server's shares, or the connection fails for good with `UnknownShare`. */
  readonly share?: string;
  readonly keepTrying: RetryPolicy['keepTrying'];
  readonly clock: Clock;
  /** Between 0 and 1, for the spread of the waits. */
  readonly random?: () => number;
  readonly log?: (event: string, data: object) => void;
}

/** Between two proofs that the server still answers requests, milliseconds. */
export const PROBE_EVERY_MS = 15_000;

/**
 * Keeps one connection up: connects when first wanted, reconnects with growing waits, and asks `session/probe` regularly,
 * because a server that acknowledges packets may long have stopped to answer requests. What state it is in is decided by the
 * pure {@link reduceConnection}; this class carries out what the state asks for.
 */
export class Connection implements ClientProvider {
  readonly #options: ConnectionOptions;
  readonly #states = new Listeners<ConnectionState>();
  readonly #clients = new Listeners<ServerClient | null>();
  #state: ConnectionState = { kind: 'idle' };
  #client: ServerClient | null = null;
  #attempt: AbortController | null = null;
  #timer: Disposable | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get current(): ServerClient | null {
    return this.#client;
  }

  onDidChangeState(listener: (state: ConnectionState) => void): Disposable {
    return this.#states.add(listener);
  }

  onDidChangeClient(listener: (client: ServerClient | null) => void): Disposable {
    return this.#clients.add(listener);
  }

  async client(options: CallOptions = {}): Promise<ServerClient> {
    this.#on({ kind: 'wanted' });
    if (this.#client) return this.#client;
    const { promise, resolve, reject } = Promise.withResolvers<ServerClient>();
    const settle = (state: ConnectionState): void => {
      if (state.kind === 'online' && this.#client) resolve(this.#client);
      else if (state.kind === 'failed') reject(state.error);
      else if (state.kind === 'closed') reject(new SynclineError('Cancelled', 'The connection was closed.'));
    };
    const cancel = (): void => reject(new SynclineError('Cancelled'));
    const giveUp = (): void => {
      const { state } = this;
      reject(state.kind === 'waiting' ? state.error : new SynclineError('DeadlineExceeded'));
    };
    const listening = this.#states.add(settle);
    const { signal, deadlineMs } = options;
    const timer = deadlineMs === undefined ? null : this.#options.clock.after(deadlineMs, giveUp);
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    settle(this.#state);
    try {
      return await promise;
    } finally {
      listening.dispose();
      timer?.dispose();
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Tries again at once, after a final error too. */
  retry(): void {
    this.#on({ kind: 'retry' });
  }

  /** Ends the connection for good. */
  close(): void {
    this.#on({ kind: 'closed' });
  }

  #on(event: ConnectionEvent): void {
    const before = this.#state;
    const state = reduceConnection(before, event, this.#options);
    if (state === before) return;
    this.#state = state;
    this.#timer?.dispose();
    this.#timer = null;
    if (before.kind === 'online') this.#drop();
    if (before.kind === 'connecting' && state.kind !== 'online') this.#attempt?.abort();
    this.#enter(state);
    this.#options.log?.(
      'connection',
      state.kind === 'waiting' || state.kind === 'failed' ? describe(state) : { ...state },
    );
    this.#states.emit(state);
    if (state.kind === 'online') this.#clients.emit(this.#client);
  }

  #enter(state: ConnectionState): void {
    const { clock } = this.#options;
    if (state.kind === 'connecting') void this.#connect();
    if (state.kind === 'online') this.#timer = clock.after(PROBE_EVERY_MS, () => void this.#probe());
    if (state.kind === 'waiting') {
      this.#timer = clock.after(state.until - clock.now(), () => this.#on({ kind: 'waited' }));
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    client?.close();
    this.#clients.emit(null);
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      const client = await this.#options.connect(attempt.signal);
      if (attempt.signal.aborted) return client.close();
      const fault = this.#shareFault(client);
      if (fault) {
        client.close();
        throw fault;
      }
      this.#client = client;
      this.#on({ kind: 'connected' });
      const reason = await client.closed;
      if (client === this.#client) this.#lost(reason ?? new SynclineError('ConnectionLost'));
    } catch (error) {
      if (!attempt.signal.aborted) this.#lost(SynclineError.from(error));
    }
  }

  #shareFault(client: ServerClient): SynclineError | null {
    const { share } = this.#options;
    const shares = client.server.shares.map(({ name }) => name);
    if (share === undefined || shares.includes(share)) return null;
    const known = shares.length === 0 ? 'It serves none to this token.' : `It serves: ${shares.join(', ')}.`;
    return new SynclineError('UnknownShare', `The server has no share named “${share}”. ${known}`);
  }

  async #probe(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    try {
      await signOfLife(client, this.#options.clock);
    } catch (error) {
      if (client !== this.#client) return;
      return this.#lost(
        new SynclineError('ConnectionLost', 'The server stopped answering; the connection was given up.', {
          cause: error,
        }),
      );
    }
    if (client !== this.#client) return;
    this.#timer = this.#options.clock.after(PROBE_EVERY_MS, () => void this.#probe());
  }

  #lost(error: SynclineError): void {
    const { clock, random = Math.random } = this.#options;
    this.#on({ kind: 'lost', error, now: clock.now(), random: random() });
  }
}

const describe = (state: ConnectionState & { error: SynclineError }): object => ({
  kind: state.kind,
  code: state.error.code,
  message: state.error.message,
});
