import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { commandId } from '../commands/commandIds.ts';
import type { Services } from '../commands/services.ts';
import type { ServerFileSystem } from '../files/serverFileSystem.ts';

/**
 * Tells once when a connection ends for good, such as by a token that is no longer accepted. What comes back by itself is
 * left to the status bar; what a person is connecting to by hand is told by the command. A local server that ended with
 * another window is taken over by this one.
 */
export function followConnections(
  { servers, connector, messenger, localServer }: Services,
  fileSystem: ServerFileSystem,
): { dispose(): void }[] {
  const told = new Map<string, unknown>();
  return [
    servers.onDidChange((url) => {
      const state = servers.get(url)?.state;
      if (!state) fileSystem.forget(url);
      if (state?.kind === 'waiting' && localServer.isShared(url))
        void vscode.commands.executeCommand(commandId('startLocalServer'));
      if (state?.kind !== 'failed') return void told.delete(url);
      if (connector.isBusy(url) || told.get(url) === state.error) return;
      told.set(url, state.error);
      messenger.report(l10n.t('connect to {0}', url), state.error, {
        retry: () => servers.get(url)?.retry(),
        server: url,
      });
    }),
  ];
}
