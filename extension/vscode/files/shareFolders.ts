import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { Disposable } from '../../connect/serverClient.ts';
import { parseTarget, type ServerAddress } from '../../connect/target.ts';
import type { Servers } from '../servers/servers.ts';
import { SCHEME, serverFileOf, uriParts } from './fileUri.ts';

/** Where a folder of the workspace is on a server; undefined for one that is somewhere else. */
export function addressOfFolder({ uri }: Pick<vscode.WorkspaceFolder, 'uri'>): ServerAddress | undefined {
  if (uri.scheme !== SCHEME) return undefined;
  try {
    const { url, share, path } = serverFileOf(uri);
    return parseTarget(
      path === undefined ? `${url}/${share}` : `${url}/${share}/${path.split('/').map(encodeURIComponent).join('/')}`,
    );
  } catch {
    return undefined;
  }
}

/** Every place that the workspace has as a folder. */
export const openedShares = (): readonly ServerAddress[] =>
  (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => addressOfFolder(folder) ?? []);

/** The Explorer has tried to list what it could not reach yet, and does not try again by itself. */
export function refreshWhenOnline(servers: Servers): Disposable {
  const online = new Set<string>();
  return servers.onDidChange((url) => {
    const isOnline = servers.get(url)?.state.kind === 'online';
    if (isOnline && !online.has(url) && openedShares().some((address) => address.url === url))
      void vscode.commands.executeCommand('workbench.files.action.refreshFilesExplorer');
    if (isOnline) online.add(url);
    else online.delete(url);
  });
}

/**
 * Puts a place behind the folders of the workspace. With the first or the second folder VS Code opens the window anew, so nothing
 * after it may be relied on.
 * @throws SynclineError `Usage` when it is one of them already
 */
export function openAsFolder({ url, share, dir, label }: ServerAddress): void {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (openedShares().some((address) => address.label === label))
    throw new SynclineError('Usage', l10n.t('{0} is a folder of this workspace already.', label));
  const uri = vscode.Uri.from({ scheme: SCHEME, ...uriParts({ url, share, path: dir }) });
  const name = l10n.t('{0} on {1}', dir ?? share, new URL(url).host);
  if (!vscode.workspace.updateWorkspaceFolders(folders.length, 0, { uri, name }))
    throw new SynclineError('Unsupported', l10n.t('The editor does not take it as a folder of this workspace.'));
}
