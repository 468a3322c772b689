import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { SynclineError } from '../../../server/protocol/errors.ts';
import type { ServerClient } from '../../connect/serverClient.ts';
import { RemoteFiles } from '../../connect/remoteFiles.ts';
import type { Servers } from '../servers/servers.ts';

/** How long a command waits for a connection that is just being made, milliseconds. */
const PATIENCE_MS = 15_000;

/** The same for calls about jobs, which outlive connections: one that a person waits for does not wait for ever. */
export const PATIENCE = { reconnectMs: PATIENCE_MS };

/**
 * The server a command talks to: the only one, or the one the person picks.
 * @throws SynclineError `ConnectionFailed` when none is connected, `Cancelled`.
 */
export async function pickServer(servers: Servers): Promise<string> {
  const urls = servers.urls;
  const [only] = urls;
  if (only === undefined)
    throw new SynclineError('ConnectionFailed', l10n.t('Syncline is not connected to a server. Connect to one first.'));
  if (urls.length === 1) return only;
  const picked = await vscode.window.showQuickPick([...urls], { placeHolder: l10n.t('Which server?') });
  if (picked === undefined) throw new SynclineError('Cancelled');
  return picked;
}

export async function clientOf(servers: Servers, url: string, signal?: AbortSignal): Promise<ServerClient> {
  return servers.client(url, { deadlineMs: PATIENCE_MS, ...(signal && { signal }) });
}

/** Steps on a share's files; paths count from the share's root. */
export async function filesOf(
  servers: Servers,
  { url, share }: { readonly url: string; readonly share: string },
): Promise<RemoteFiles> {
  return new RemoteFiles(await clientOf(servers, url), { share });
}
