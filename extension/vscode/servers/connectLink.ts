import * as l10n from '@vscode/l10n';
import { SynclineError } from '../../../server/protocol/errors.ts';

/**
 * The address in a connect link, `vscode://syncline.syncline/connect?url=ws%3A%2F%2Fhost%3A4848%2Ffiles`. A link says where,
 * never with what: one that carries a token, in any parameter or inside the address, is refused so that nobody gets used
 * to sending such links around.
 */
export function addressOfConnectLink(path: string, query: string): string {
  if (path !== '/connect') throw new SynclineError('Usage', l10n.t('This link is not one that Syncline knows.'));
  const parameters = new URLSearchParams(query);
  const address = parameters.get('url');
  if (address === null || address === '') throw new SynclineError('Usage', l10n.t('The link names no server.'));
  const others = [...parameters.keys()].filter((name) => name !== 'url');
  if (others.length > 0 || carriesCredentials(address))
    throw new SynclineError('Usage', l10n.t('A link may name a server, but never carry a token; nothing was done.'));
  return address;
}

function carriesCredentials(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { username, password, search, hash } = new URL(address);
  return [username, password, search, hash].some((part) => part !== '');
}
