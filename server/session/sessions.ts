import { SynclineError } from '../protocol/errors.ts';
import type { Link } from '../protocol/link/link.ts';
import type { ServerHandlers } from './callContext.ts';
import type { Services } from './services.ts';
import { Session, type SessionTimes } from './session.ts';

export interface SessionsOptions {
  readonly services: Services;
  readonly handlers: ServerHandlers;
  readonly times: SessionTimes;
  /** How often live sessions are held against the list of tokens. */
  readonly tokenCheckMs?: number;
}

const TOKEN_CHECK_MS = 1_000;

/** All sessions of a server. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #live = new Set<Session>();
  readonly #tokenTimer: NodeJS.Timeout;
  #stopping = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#tokenTimer = setInterval(() => this.#endRevoked(), options.tokenCheckMs ?? TOKEN_CHECK_MS).unref();
  }

  get count(): number {
    return this.#live.size;
  }

  /** Resolves when the session has ended. */
  async serve(link: Link, from: string | null): Promise<void> {
    const { services, handlers, times } = this.#options;
    const session = new Session({ link, from, services, handlers, times });
    this.#live.add(session);
    if (this.#stopping) session.close(new SynclineError('ServerStopping'));
    await session.closed;
    this.#live.delete(session);
  }

  /** Lets commits under way finish, for as long as `limitMs`, and ends every session. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#tokenTimer);
    const sessions = [...this.#live];
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
    await Promise.race([Promise.all(sessions.map((session) => session.drain())), limit]);
    clearTimeout(timer);
    for (const session of this.#live) session.close(new SynclineError('ServerStopping'));
    await Promise.all([...this.#live].map((session) => session.closed));
  }

  #endRevoked(): void {
    const { tokens, log } = this.#options.services;
    try {
      const valid = new Set(tokens.list().flatMap(({ id, revokedAt }) => (revokedAt === undefined ? [id] : [])));
      for (const session of this.#live) {
        if (session.tokenId === undefined || valid.has(session.tokenId)) continue;
        session.close(new SynclineError('Unauthorized', 'The token has been revoked.'));
      }
    } catch (error) {
      log.error({ error }, 'the list of tokens cannot be read');
    }
  }
}
