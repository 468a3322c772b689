import { type ErrorName, SynclineError } from '../protocol/errors.ts';
import type { Link } from '../protocol/link/link.ts';
import { requestsToServer } from '../protocol/messages/api.ts';
import type { RequestMessage } from '../protocol/messages/message.ts';
import { hello, probe, progress } from '../protocol/messages/session.ts';
import { type IncomingCall, Peer } from '../protocol/peer.ts';
import type { WirePath } from '../protocol/wirePath.ts';
import type { Cursor } from '../protocol/messages/values.ts';
import type { Share } from '../store/share.ts';
import { type CallContext, type ServerHandlers, SessionCall } from './callContext.ts';
import { JobWatch } from './jobWatch.ts';
import { observed } from './observed.ts';
import type { Services } from './services.ts';
import { ShareWatch } from './shareWatch.ts';
import { RIGHTS, type TokenIdentity } from './tokenStore.ts';
import { UploadsUnderWay } from './uploadsUnderWay.ts';

export interface SessionTimes {
  /** A client that has not said hello by then is sent away. */
  readonly helloDeadlineMs: number;
  /** A client that has sent nothing for this long is asked for a sign of life. */
  readonly idleMs: number;
}

export interface SessionOptions {
  readonly link: Link;
  /** The address of the other side; null when it is whoever started this process. */
  readonly from: string | null;
  readonly services: Services;
  readonly handlers: ServerHandlers;
  readonly times: SessionTimes;
}

/** Whoever started this process and speaks to it over stdio. */
export const LOCAL: TokenIdentity = { id: 'local', name: 'local', rights: [...RIGHTS] };

const MAX_WATCHES = 1_000;

/** Requests that are finished, not refused, when the server stops. */
const FINISHED_WHEN_STOPPING: ReadonlySet<RequestMessage> = new Set([
  requestsToServer.filesCommit,
  requestsToServer.filesRestore,
]);

/**
 * One connection, from its first byte to its end: who it is, what it may do, what it watches, and what of it is under way.
 * Nothing is answered before hello.
 */
export class Session {
  readonly from: string | null;
  readonly peer: Peer;
  readonly uploads = new UploadsUnderWay();
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #services: Services;
  readonly #times: SessionTimes;
  readonly #watches = new Map<string, ShareWatch>();
  #jobWatch: Disposable | undefined;
  #identity: TokenIdentity | undefined;
  #stopping = false;
  #finishing = 0;
  #finished: (() => void) | undefined;

  /** Starts at once. */
  constructor({ link, from, services, handlers, times }: SessionOptions) {
    this.from = from;
    this.#services = services;
    this.#times = times;
    this.peer = new Peer(link, {
      acceptFrames: () => this.#identity !== undefined,
      log: (event, data) => services.log.warn({ ...this.#label(), ...data }, event),
    });
    this.peer.serve(
      requestsToServer,
      observed(handlers, (message, outcome, seconds) => this.#answered(message, outcome, seconds)),
      (message, call) => this.#begin(message, call),
      {
        admit: (message) => this.#judge(message),
        refused: (message, code) => services.metrics.request(message.method, code, 0),
      },
    );
    this.closed = this.#live();
  }

  /** @throws SynclineError `HelloRequired` */
  get identity(): TokenIdentity {
    if (!this.#identity) throw new SynclineError('HelloRequired');
    return this.#identity;
  }

  get isKnown(): boolean {
    return this.#identity !== undefined;
  }

  /** Undefined before hello, and for whoever needed no token. */
  get tokenId(): string | undefined {
    return this.#identity?.id === LOCAL.id ? undefined : this.#identity?.id;
  }

  /** Opens the session to requests. */
  admit(identity: TokenIdentity): void {
    this.#identity = identity;
    this.#services.log.info(this.#label(), 'hello');
  }

  watchFiles(share: Share, dir: WirePath | undefined): Cursor {
    const key = `${share.name}/${dir ?? ''}`;
    let watch = this.#watches.get(key);
    if (!watch) {
      if (this.#watches.size >= MAX_WATCHES)
        throw new SynclineError('TooMany', 'The session watches too many folders.');
      const onTruncated = (): void => this.#services.metrics.changesTruncated();
      watch = new ShareWatch({ share, dir, peer: this.peer, onTruncated });
      this.#watches.set(key, watch);
    }
    return watch.told;
  }

  unwatchFiles(share: Share, dir: WirePath | undefined): void {
    const key = `${share.name}/${dir ?? ''}`;
    this.#watches.get(key)?.[Symbol.dispose]();
    this.#watches.delete(key);
  }

  watchJobs(): void {
    const watch = new JobWatch(this.peer);
    const owner = this.identity.id;
    this.#jobWatch ??= this.#services.jobs.onDidChange((jobOwner, job) => {
      if (jobOwner === owner) watch.tell(job);
    });
  }

  /** Refuses new work, says why, and resolves when the commits under way have been answered. */
  async drain(): Promise<void> {
    this.#stopping = true;
    if (this.#identity) {
      for (const share of this.#services.shares.keys()) {
        this.peer.notify(progress, { share, activity: 'stopping', done: 0, total: null });
      }
    }
    if (this.#finishing > 0) await new Promise<void>((resolve) => (this.#finished = resolve));
    // What has just been decided is sent in this turn.
    await new Promise(setImmediate);
  }

  close(error: SynclineError | null): void {
    this.peer.close(error);
  }

  async #live(): Promise<void> {
    const { log } = this.#services;
    log.debug(this.#label(), 'connected');
    const helloTimer = setTimeout(() => {
      if (!this.#identity) this.close(new SynclineError('HelloRequired'));
    }, this.#times.helloDeadlineMs);
    const idleTimer = this.#probeWhenIdle();
    this.peer.listen();
    const reason = await this.peer.closed;
    clearTimeout(helloTimer);
    clearInterval(idleTimer);
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
    this.#jobWatch?.[Symbol.dispose]();
    log.info({ ...this.#label(), reason: reason?.code ?? 'normal', ...this.peer.traffic }, 'disconnected');
  }

  /**
   * A half-open connection looks alive to the socket for many minutes, and a stuck client answers pings of the transport: only
   * an answered request proves that somebody is there.
   */
  #probeWhenIdle(): NodeJS.Timeout {
    let received = -1;
    return setInterval(() => {
      const before = received;
      received = this.peer.traffic.received;
      if (received !== before || !this.#identity) return;
      const deadlineMs = Math.min(probe.deadlineMs, 4 * this.#times.idleMs);
      this.peer.request(probe, {}, { deadlineMs }).catch((error: unknown) => {
        const { code } = SynclineError.from(error);
        // Whatever else it answers, it answers; and on a slow line the probe may wait behind contents that do arrive.
        const isSilent = this.peer.traffic.received === before;
        if (code === 'DeadlineExceeded' && isSilent) this.close(new SynclineError('DeadlineExceeded'));
      });
    }, this.#times.idleMs).unref();
  }

  #judge(message: RequestMessage): void {
    if (message === hello) return;
    if (!this.#identity) throw new SynclineError('HelloRequired');
    if (this.#stopping && message !== probe) throw new SynclineError('ServerStopping');
    if (message.right === null || this.#identity.rights.includes(message.right)) return;
    throw new SynclineError('Forbidden', `The token “${this.#identity.name}” has no right to ${message.right}.`);
  }

  #begin(message: RequestMessage, call: IncomingCall): CallContext {
    if (FINISHED_WHEN_STOPPING.has(message)) this.#finishing++;
    return new SessionCall(this, call);
  }

  #answered(message: RequestMessage, outcome: 'ok' | ErrorName, seconds: number): void {
    this.#services.metrics.request(message.method, outcome, seconds);
    if (!FINISHED_WHEN_STOPPING.has(message)) return;
    this.#finishing--;
    if (this.#finishing === 0) this.#finished?.();
  }

  #label(): object {
    return { from: this.from ?? 'stdio', who: this.#identity?.name };
  }
}
