import { SynclineError } from '../../server/protocol/errors.ts';
import { PROTOCOL_VERSIONS } from '../../server/protocol/limits.ts';
import type { Link } from '../../server/protocol/link/link.ts';
import { requestsToClient } from '../../server/protocol/messages/api.ts';
import { hello, probe } from '../../server/protocol/messages/session.ts';
import { Peer } from '../../server/protocol/peer.ts';
import { type WireLog, loggedLink } from './loggedLink.ts';
import { isLoopback, isNear } from './nearness.ts';
import { PeerServerClient } from './peerServerClient.ts';
import type { CallOptions, ServerClient } from './serverClient.ts';
import { openWebSocket } from './webSocketTransport.ts';

/** Who says hello. */
export interface Identity {
  readonly token: string;
  readonly clientName: string;
  readonly clientVersion: string;
}

export interface ConnectTarget extends Identity {
  /** `ws://HOST:PORT` or `wss://HOST:PORT`. */
  readonly url: string;
}

export interface ConnectOptions extends CallOptions {
  readonly wireLog?: WireLog;
  readonly log?: (event: string, data: object) => void;
}

interface HelloOptions extends ConnectOptions {
  /** Left out: the server is somewhere else, or nobody knows. */
  readonly url?: string;
}

/**
 * One attempt to reach a server over a WebSocket and to be let in.
 *
 * @throws SynclineError see `openWebSocket`; `Unauthorized`, `VersionMismatch` and whatever else the server answers to hello.
 */
export async function connect(target: ConnectTarget, options: ConnectOptions = {}): Promise<ServerClient> {
  return sayHello(await openWebSocket(target.url, options), target, { ...options, url: target.url });
}

/** The same over a link that is already open; it is closed when the hello fails. */
export async function sayHello(link: Link, identity: Identity, options: HelloOptions = {}): Promise<ServerClient> {
  const peer = new Peer(options.wireLog ? loggedLink(link, options.wireLog) : link, { log: options.log });
  peer.serve(requestsToClient, { probe: () => Promise.resolve({ busy: 0 }) }, () => null);
  peer.listen();
  try {
    const asked = performance.now();
    const server = await peer.request(
      hello,
      {
        versions: [...PROTOCOL_VERSIONS],
        client: { name: identity.clientName, version: identity.clientVersion },
        token: identity.token,
        capabilities: { zstd: true },
      },
      { signal: options.signal, ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }) },
    );
    const answeredAfter = performance.now() - asked;
    if (!PROTOCOL_VERSIONS.some((version) => version === server.version)) throw new SynclineError('VersionMismatch');
    peer.agree(server.limits);
    const { url } = options;
    if (url === undefined || !isLoopback(url)) return new PeerServerClient(peer, server);
    return new PeerServerClient(peer, server, { near: () => isNear(url, answeredAfter, () => answerTime(peer)) });
  } catch (error) {
    peer.close();
    throw error;
  }
}

/** Milliseconds until a sign of life came. */
async function answerTime(peer: Peer): Promise<number> {
  const asked = performance.now();
  await peer.request(probe, {});
  return performance.now() - asked;
}
