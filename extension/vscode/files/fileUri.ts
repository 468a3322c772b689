import * as l10n from '@vscode/l10n';
import { nameFault, parseWirePath, type WirePath } from '../../../server/protocol/wirePath.ts';

/**
 * Server files as addresses: `syncline://HOST:PORT/SHARE/PATH` for `ws:`, with `tls+HOST:PORT` for `wss:`. A query
 * `content=…&size=…` stands for that content whatever the path holds now, which is how versions and the other side of a
 * conflict are shown.
 */
export const SCHEME = 'syncline';

export interface ServerFile {
  /** `ws://host:port` or `wss://host:port`, without a path. */
  readonly url: string;
  readonly share: string;
  /** Undefined for the share itself. */
  readonly path: WirePath | undefined;
}

export interface UriParts {
  readonly authority: string;
  readonly path: string;
}

export function uriParts({ url, share, path }: ServerFile): UriParts {
  const host = url.replace(/^wss?:\/\//, '');
  return {
    authority: url.startsWith('wss:') ? `tls+${host}` : host,
    path: path === undefined ? `/${share}` : `/${share}/${path}`,
  };
}

/** @throws SynclineError `IllegalPath` for what no server file can be called. */
export function serverFileOf({ authority, path }: UriParts): ServerFile {
  const secure = authority.startsWith('tls+');
  const url = secure ? `wss://${authority.slice('tls+'.length)}` : `ws://${authority}`;
  const [share = '', ...rest] = path.replace(/^\/+|\/+$/g, '').split('/');
  return { url, share, path: rest.length === 0 ? undefined : parseWirePath(rest.join('/')) };
}

/** For input boxes: what is wrong with a name, or undefined. */
export function nameMessage(name: string): string | undefined {
  const fault = nameFault(name);
  return fault === null ? undefined : l10n.t('The name {0}.', fault);
}

/** For input boxes that take a path: every part is checked like a name. */
export function pathMessage(text: string): string | undefined {
  for (const name of text.split('/')) {
    const fault = nameFault(name);
    if (fault !== null) return name === text ? l10n.t('The name {0}.', fault) : `“${name}” ${fault}.`;
  }
  return undefined;
}
