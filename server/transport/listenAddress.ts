import { isIP } from 'node:net';
import { SynclineError } from '../protocol/errors.ts';
import { printable } from '../protocol/wirePath.ts';

export interface ListenAddress {
  /** A name or address without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/**
 * `HOST:PORT`, `[IPV6]:PORT`, or a port alone for this machine only.
 * @throws SynclineError `Usage`
 */
export function parseListenAddress(text: string, option: string): ListenAddress {
  const match = /^(?:(?:\[([0-9a-f:.%]+)\]|([^:[\]\s/]+)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const bracketed = match?.[1];
  if (!match || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new SynclineError('Usage', `${option} takes HOST:PORT, not “${printable(text)}”.`);
  }
  return { host: bracketed ?? match[2] ?? LOOPBACK, port };
}

/** Whether only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where programs on this machine reach a listener; the others have to know the machine's name. */
export function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: LOOPBACK, port };
  return { host: host === '::' ? '::1' : host, port };
}

/** As it stands in a URL. */
export const authorityOf = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
