import type { IncomingHttpHeaders } from 'node:http';
import { SUBPROTOCOL } from '../protocol/limits.ts';
import { isLoopback } from './listenAddress.ts';

export interface UpgradePolicy {
  /** The address that the server listens at. */
  readonly host: string;
  /** Origins of web pages that may connect; none by default. */
  readonly allowedOrigins: readonly string[];
  /** Names, beside the server's own, that a `Host` header may give. */
  readonly allowedHosts: readonly string[];
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

export interface UpgradeRequest {
  readonly headers: IncomingHttpHeaders;
  readonly connections: number;
  readonly connectionsOfAddress: number;
}

export interface Refusal {
  readonly status: number;
  /** From a closed list; for metrics. */
  readonly reason: 'origin' | 'host' | 'protocol' | 'connections';
  /** For a person with a browser or curl. */
  readonly message: string;
}

/**
 * Whether a request may become a connection; null when it may.
 *
 * Browsers send an `Origin` and programs do not: refusing it keeps web pages out, which could otherwise reach a server on their
 * visitor's own machine. A page can also make its own name point at 127.0.0.1 (DNS rebinding), so a server that only this
 * machine can reach answers to the names of this machine alone.
 */
export function judgeUpgrade(request: UpgradeRequest, policy: UpgradePolicy): Refusal | null {
  const { origin, host, 'sec-websocket-protocol': protocols = '' } = request.headers;
  if (origin !== undefined && !policy.allowedOrigins.includes(origin)) {
    return { status: 403, reason: 'origin', message: 'Web pages may not connect to this server.' };
  }
  if (!isAllowedHost(host, policy)) {
    return { status: 403, reason: 'host', message: 'This server does not answer to that name; see --allow-host.' };
  }
  if (!protocols.split(',').some((each) => each.trim() === SUBPROTOCOL)) {
    return { status: 400, reason: 'protocol', message: `Connect with the WebSocket sub-protocol ${SUBPROTOCOL}.` };
  }
  const full = request.connections >= policy.maxConnections;
  if (full || request.connectionsOfAddress >= policy.maxConnectionsPerAddress) {
    return { status: 503, reason: 'connections', message: 'Too many connections.' };
  }
  return null;
}

function isAllowedHost(header: string | undefined, { host, allowedHosts }: UpgradePolicy): boolean {
  const name = hostNameOf(header);
  if (name !== undefined && allowedHosts.some((each) => each.toLowerCase() === name)) return true;
  // Beyond loopback a server may be known by any name, unless the names are listed.
  if (!isLoopback(host)) return allowedHosts.length === 0;
  return name !== undefined && (isLoopback(name) || name === host.toLowerCase());
}

/** Without port and brackets, in lower case; undefined for what is no host. */
function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
